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
        "--startup-taint", "Key of the taint to remove from this node once the proxy is ready, such as node.imdsproxy.io/not-ready", TaintKey.Parse);

    private readonly Option<string?> _redirectState = Flag.Text(
        "--redirect-state", "With --startup-taint: file in which redirect watch --redirect-state reports that the rules are in place");

    public void AddTo(Command command)
    {
        command.Options.Add(_key);
        command.Options.Add(_redirectState);
    }

    /// <summary>Whether a taint is to be removed.</summary>
    public bool IsOn(CommandResult flags) => flags.GetValue(_key) is not null;

    /// <summary>Returns the problem with the combination of flags, or null.</summary>
    public string? Problem(CommandResult flags) => flags.GetValue(_redirectState) is not null && !IsOn(flags)
        ? "--redirect-state: give --startup-taint too; the file is used only with that flag"
        : null;

    /// <summary>Reads the options from the flags. Returns null if no taint is to be removed.</summary>
    public StartupTaintOptions? Read(ParseResult flags) =>
        flags.GetValue(_key) is { } key ? new StartupTaintOptions(key, flags.GetValue(_redirectState)) : null;
}
