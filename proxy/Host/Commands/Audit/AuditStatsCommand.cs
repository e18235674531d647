using System.CommandLine;
using System.Text;
using ImdsProxy.Audit.Search;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit stats</c>: counts records, grouped by fields and time.</summary>
internal static class AuditStatsCommand
{
    public static Command Create()
    {
        var asked = new AuditStatsFlags(hasDemands: true);
        var form = new Option<string>("--output", "-o") { Description = "Output format: table, json or csv", DefaultValueFactory = _ => "table" };
        form.AcceptOnlyFromAmong("table", "json", "csv");
        var command = new Command("stats", "Count records, and their latency, grouped by any fields");
        asked.AddTo(command);
        command.Options.Add(form);
        command.SetAction((flags, cancellation) => asked.IsByDemand(flags)
            ? DemandStats.RunAsync(flags, asked, flags.GetValue(form)!, cancellation)
            : RunAsync(flags, asked, flags.GetValue(form)!, cancellation));
        return command;
    }

    private static Task<int> RunAsync(ParseResult flags, AuditStatsFlags asked, string form, CancellationToken cancellation) =>
        AuditCommand.GuardAsync(async () =>
        {
            var by = asked.By(flags);
            var rows = asked.Management(flags) is { } remote
                ? await AskAsync(remote, $"/audit/stats?{asked.ManagementQuery(flags)}", by, cancellation)
                : await CountAsync(flags, asked, by, cancellation);
            await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            StatsWriter.Write(output, by.Names, rows, form);
            return rows.Count > 0 ? ExitCode.Good : ExitCode.Failed;
        });

    private static async Task<IReadOnlyList<StatsRow>> AskAsync(AuditManagementClient remote, string query, StatsKey by, CancellationToken cancellation)
    {
        List<StatsRow> rows = [];
        await remote.EachAsync(
            query,
            line =>
            {
                rows.Add(StatsRow.Parse(line, by.Names));
                return ValueTask.CompletedTask;
            },
            () => Task.CompletedTask,
            cancellation);
        return rows;
    }

    private static async Task<IReadOnlyList<StatsRow>> CountAsync(ParseResult flags, AuditStatsFlags asked, StatsKey by, CancellationToken cancellation)
    {
        var stats = new AuditStats(by);
        await new AuditSearch(asked.Query(flags), asked.Source(flags)).EachAsync(
            line =>
            {
                stats.Add(line.Span);
                return ValueTask.CompletedTask;
            },
            () => Task.CompletedTask,
            long.MaxValue,
            cancellation);
        return stats.Rows(asked.Most(flags));
    }
}
