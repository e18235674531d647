using System.CommandLine;
using ImdsProxy.Audit.Search;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Runtime;
using ImdsProxy.Sources;
using ImdsProxy.Sources.Nodes.Answering;
using ImdsProxy.Sources.Nodes.Format;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit node</c>: the part of a search that runs on a node, started by <c>--nodes</c>. Not for people, so it is hidden.</summary>
internal static class AuditNodeCommand
{
    private static readonly string[] Directories = ["/var/log/imds-proxy", "/var/log/imds-proxy-redirect"];

    public static Command Create()
    {
        var filters = new AuditQueryFlags();
        var stream = Flag.Of("--stream", "The version of the answer's format", Version);
        var kind = new Option<string>("--answer") { Description = "What to answer with", Required = true };
        kind.AcceptOnlyFromAmong(NodeStream.Records, NodeStream.Groups, NodeStream.Demands);
        var deadline = Flag.Of("--deadline", "When to give up", FlagValues.Duration, "30s");
        var by = new Option<string>("--by") { Description = "Fields to group by", DefaultValueFactory = static _ => "verdict,reason" };
        var labels = new Option<string[]>("--label") { Description = "A label that policies name", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
        var first = new Option<long?>("--first") { Description = "Only the first N lines" };
        var last = new Option<int?>("--last") { Description = "Only the latest N lines" };
        var follow = new Option<bool>("--follow") { Description = "Go on with new lines" };
        var command = new Command("node", "Answer a search of --nodes on this node") { stream, kind, deadline, by, labels, first, last, follow };
        command.Hidden = true;
        filters.AddTo(command);
        command.SetAction((flags, cancellation) => AuditCommand.GuardAsync(() =>
        {
            var question = filters.Question(flags, TimeProvider.System);
            var query = new NodeQuery(Directory(filters.GivenPaths(flags)));
            return RunAsync(
                flags.GetValue(kind) switch
                {
                    NodeStream.Records => query with { Search = new SearchRequest(question, flags.GetValue(first), flags.GetValue(last), flags.GetValue(follow)) },
                    NodeStream.Groups => query with { Stats = new StatsRequest(question, StatsKey.Parse(flags.GetValue(by)!), int.MaxValue) },
                    _ => query with { Demands = new DemandRequest(question, [.. flags.GetValue(labels) ?? []]) },
                },
                flags.GetValue(deadline),
                cancellation);
        }));
        return command;
    }

    private static async Task<int> RunAsync(NodeQuery query, TimeSpan deadline, CancellationToken cancellation)
    {
        ClientWatch.Start(Console.OpenStandardInput(), deadline, TimeProvider.System, End);
        NodeLimits.CheckRoom();
        NodeLimits.Apply();
        await using var output = new BufferedStream(Console.OpenStandardOutput(), 64 << 10);
        await NodeAnswer.RunAsync(query, output, TimeProvider.System, cancellation);
        return ExitCode.Good;
    }

    // Nothing is left to clean up, and a write that blocks must not hold up the end.
    private static void End(string reason) => LastResort.EndNow($"imds-proxy: {reason}\n", ExitCode.Partial);

    // The containers of the release have one of the two each.
    private static string Directory(IReadOnlyList<string> given) =>
        (given is [var only] ? only : Environment.GetEnvironmentVariable(Flag.Variable("--audit-dir")) is { Length: > 0 } set ? set : Directories.FirstOrDefault(System.IO.Directory.Exists)) is { } directory && System.IO.Directory.Exists(directory)
            ? directory
            : throw new FormatException("this node keeps no log: the chart's value audit.hostPath is empty");

    private static string Version(string text) => text == $"{NodeStream.Version}"
        ? text
        : throw new FormatException($"this version answers in format {NodeStream.Version}: use an imds-proxy of the node's version");
}
