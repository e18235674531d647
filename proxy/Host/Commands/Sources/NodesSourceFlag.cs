using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Sources;
using ImdsProxy.Sources.Nodes;
using ImdsProxy.Sources.Nodes.Asking;
using ImdsProxy.Sources.Nodes.Kubectl;

namespace ImdsProxy.Commands.Sources;

/// <summary><c>--nodes</c>: the logs of all nodes of a cluster.</summary>
internal sealed class NodesSourceFlag : ISourceFlag
{
    private readonly Option<string?> _nodes = new("--nodes")
    {
        Description = "Search in every proxy's pod through kubectl exec; SELECTOR selects nodes by their labels, such as agentpool=user",
        HelpName = "SELECTOR",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _kubectl = Flag.Of("--kubectl", "With --nodes: the kubectl program", static text => text, "kubectl");
    private readonly Option<string?> _context = Flag.Text("--context", "With --nodes: the kubeconfig context");
    private readonly Option<string> _namespace = Flag.Of("--proxy-namespace", "With --nodes: the namespace of the proxies", Namespace, "imds-proxy");

    private readonly Option<string> _selector = Flag.Of(
        "--proxy-selector", "With --nodes: the labels of the proxies' pods", static text => text, "app.kubernetes.io/name=imds-proxy,app.kubernetes.io/component=node");

    private readonly Option<bool> _redirect = Flag.Switch("--redirect-log", "With --nodes: also read the redirect's own log, in its container");
    private readonly Option<int> _parallel = Flag.Of("--parallel", "With --nodes: how many nodes to ask at a time", Parallel, "20");
    private readonly Option<TimeSpan> _timeout = Flag.Of("--timeout", "With --nodes: how long each node may take", Timeout, "30s");

    public string Name => "--nodes";

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_nodes, _kubectl, _context, _namespace, _selector, _redirect, _parallel, _timeout])
        {
            command.Options.Add(option);
        }
    }

    /// <inheritdoc />
    public bool IsGiven(ParseResult flags) => flags.GetResult(_nodes) is { Implicit: false };

    /// <inheritdoc />
    public IAuditSource Read(ParseResult flags)
    {
        var selector = flags.GetValue(_nodes) is { Length: > 0 } given ? given : null;
        return new NodesSource(
            selector is null ? Name : $"{Name} {selector}",
            new KubectlOptions(flags.GetValue(_kubectl)!, flags.GetValue(_context), flags.GetValue(_namespace)!, flags.GetValue(_selector)!, selector),
            new NodeLimits(flags.GetValue(_parallel), flags.GetValue(_timeout)),
            flags.GetValue(_redirect) ? [NodePart.ProxyContainer, NodePart.RedirectContainer] : [NodePart.ProxyContainer],
            new NodeProgress(Console.Error, isTerminal: !Console.IsErrorRedirected));
    }

    private static string Namespace(string text) => KubeName.IsValid(text) ? text : throw new FormatException("write a namespace, such as imds-proxy");

    private static int Parallel(string text) =>
        FlagValues.Count(text) is var count and >= 1 and <= 1000 ? count : throw new FormatException("write a number from 1 to 1000");

    private static TimeSpan Timeout(string text) =>
        FlagValues.Duration(text) is var time && time >= TimeSpan.FromSeconds(1) && time <= TimeSpan.FromHours(1) ? time : throw new FormatException("write a duration from 1s to 1h");
}
