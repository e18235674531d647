using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.PolicySource;
using ImdsProxy.Serving.Cluster;

namespace ImdsProxy.Commands.Serve;

/// <summary>The flags of <c>serve</c> for reading from Kubernetes and writing to Kubernetes.</summary>
internal sealed class ClusterFlags
{
    private readonly Option<ConfigMapName?> _policy = Flag.Of<ConfigMapName?>("--policy-configmap", "ConfigMap with the policy: NAMESPACE/NAME[/KEY]", ConfigMapName.Parse);
    private readonly Option<ConfigMapName?> _override = Flag.Of<ConfigMapName?>(
        "--override-configmap", "Break-glass ConfigMap, watched for its mode: NAMESPACE/NAME; --override-dir decides while the watch fails", OverrideName);

    private readonly KubeFlags _kube = new();
    private readonly Option<string?> _state = Flag.Text("--state-dir", "Directory for the last valid policy of --policy-configmap, used after a restart while the API server is unreachable");
    private readonly Option<int> _events = Flag.Of("--event-qps", "Maximum Events per second about denied pods; 0 for none", FlagValues.Count, "1");
    private readonly StartupTaintFlags _taint = new();

    public void AddTo(Command command)
    {
        command.Options.Add(_policy);
        command.Options.Add(_override);
        _kube.AddTo(command);
        command.Options.Add(_state);
        command.Options.Add(_events);
        _taint.AddTo(command);
    }

    /// <summary>Whether the policy is a ConfigMap.</summary>
    public bool HasPolicy(System.CommandLine.Parsing.CommandResult flags) => flags.GetValue(_policy) is not null;

    /// <summary>Returns the problem with the combination of flags, or null.</summary>
    public string? Problem(System.CommandLine.Parsing.CommandResult flags, string? callers, string? node)
    {
        if (_taint.Problem(flags) is { } problem)
        {
            return problem;
        }

        var needsNode = callers == "kubernetes" ? "--callers kubernetes" : _taint.IsOn(flags) ? "--startup-taint" : null;
        if (needsNode is null && !HasPolicy(flags) && flags.GetValue(_override) is null)
        {
            return null;
        }

        try
        {
            _kube.Read(flags);
            return needsNode is not null && string.IsNullOrEmpty(node)
                ? $"--node-name: {needsNode} needs this node's name (in a pod: spec.nodeName of the downward API)"
                : null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>Reads the options from the flags. Returns null if no flag involves Kubernetes.</summary>
    public ClusterOptions? Read(ParseResult flags, string? callers, string? node)
    {
        var taint = _taint.Read(flags);
        return callers != "kubernetes" && flags.GetValue(_policy) is null && taint is null && flags.GetValue(_override) is null
            ? null
            : new ClusterOptions(
                _kube.Read(flags.CommandResult),
                node ?? "",
                callers == "kubernetes",
                flags.GetValue(_policy),
                flags.GetValue(_state),
                flags.GetValue(_events))
            {
                StartupTaint = taint,
                Override = flags.GetValue(_override),
            };
    }

    private static ConfigMapName OverrideName(string text) =>
        ConfigMapName.Parse(text) is { Key: null } name ? name : throw new FormatException("write NAMESPACE/NAME");
}
