using System.CommandLine;
using System.CommandLine.Parsing;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Kubernetes.Nodes;
using ImdsProxy.Serving.Cluster;

namespace ImdsProxy.Commands.Serve;

/// <summary>The flags of the startup taint.</summary>
internal sealed class StartupTaintFlags
{
    private readonly Option<string?> _key = Flag.Of<string?>(
        "--startup-taint", "Take this taint off the own node once the proxy is ready: its key, such as node.imdsproxy.io/not-ready", TaintKey.Parse);

    private readonly Option<string?> _redirectState = Flag.Text(
        "--redirect-state", "With --startup-taint: the file in which redirect watch --redirect-state tells that the rules are in place");

    public void AddTo(Command command)
    {
        command.Options.Add(_key);
        command.Options.Add(_redirectState);
    }

    /// <summary>Whether a taint is to be taken off.</summary>
    public bool IsOn(CommandResult flags) => flags.GetValue(_key) is not null;

    /// <summary>What is wrong with the flags together, or null.</summary>
    public string? Problem(CommandResult flags) => flags.GetValue(_redirectState) is not null && !IsOn(flags)
        ? "--redirect-state: it is for --startup-taint, which is missing"
        : null;

    /// <summary>What the flags say; null where no taint is to be taken off.</summary>
    public StartupTaintOptions? Read(ParseResult flags) =>
        flags.GetValue(_key) is { } key ? new StartupTaintOptions(key, flags.GetValue(_redirectState)) : null;
}
