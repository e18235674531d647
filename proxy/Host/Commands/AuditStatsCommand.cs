using System.CommandLine;
using System.Text;
using ImdsProxy.Audit.Search;

namespace ImdsProxy.Commands;

/// <summary><c>audit stats</c>: counts by fields and time. <c>audit top</c>: the same, live.</summary>
internal static class AuditStatsCommand
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);

    public static Command CreateStats()
    {
        var (command, filters, by, most) = Create("stats", "Counts records and their latency by any fields");
        var form = new Option<string>("--output", "-o") { Description = "table, json or csv", DefaultValueFactory = _ => "table" };
        form.AcceptOnlyFromAmong("table", "json", "csv");
        command.Options.Add(form);
        command.SetAction((flags, cancellation) => AuditCommand.GuardAsync(async () =>
        {
            var stats = new AuditStats(StatsKey.Parse(flags.GetValue(by)!));
            var search = new AuditSearch(filters.Query(flags, TimeProvider.System), filters.Source(flags).NotEmpty());
            await search.EachAsync(
                line =>
                {
                    stats.Add(line.Span);
                    return ValueTask.CompletedTask;
                },
                () => Task.CompletedTask,
                long.MaxValue,
                cancellation);
            await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            StatsWriter.Write(output, stats, flags.GetValue(form)!, flags.GetValue(most));
            return stats.Total > 0 ? ExitCode.Good : ExitCode.Failed;
        }));
        return command;
    }

    public static Command CreateTop()
    {
        var (command, filters, by, most) = Create("top", "Counts what is written from now on, and shows it every two seconds");
        command.SetAction((flags, cancellation) => AuditCommand.GuardAsync(async () =>
        {
            var stats = new AuditStats(StatsKey.Parse(flags.GetValue(by)!));
            using var follower = new LogFollower(filters.Query(flags, TimeProvider.System), filters.Source(flags).NotEmpty().Paths, TimeProvider.System);
            var shown = TimeProvider.System.GetUtcNow();
            await follower.RunAsync(
                line =>
                {
                    stats.Add(line.Span);
                    return ValueTask.CompletedTask;
                },
                () =>
                {
                    if (TimeProvider.System.GetUtcNow() - shown >= Refresh)
                    {
                        shown = TimeProvider.System.GetUtcNow();
                        Show(stats, flags.GetValue(most));
                    }

                    return Task.CompletedTask;
                },
                long.MaxValue,
                cancellation);
            return ExitCode.Good;
        }));
        return command;
    }

    private static void Show(AuditStats stats, int most)
    {
        // Home, and clear what is below: a screen that is rewritten in place does not flicker.
        Console.Out.Write(Console.IsOutputRedirected ? "" : "\u001b[H\u001b[J");
        Console.Out.WriteLine($"{stats.Total} records and events since the start");
        StatsWriter.Write(Console.Out, stats, "table", most);
    }

    private static (Command Command, AuditQueryFlags Filters, Option<string> By, Option<int> Most) Create(string name, string description)
    {
        var filters = new AuditQueryFlags();
        var by = new Option<string>("--by") { Description = "The fields to group by, such as owner,resource or time:5m,verdict", DefaultValueFactory = _ => "verdict,reason" };
        var most = new Option<int>("--top") { Description = "At most so many groups", DefaultValueFactory = _ => 40 };
        by.Validators.Add(result =>
        {
            try
            {
                StatsKey.Parse(result.GetValueOrDefault<string>());
            }
            catch (FormatException e)
            {
                result.AddError($"--by: {e.Message}");
            }
        });
        var command = new Command(name, description);
        filters.AddTo(command);
        command.Options.Add(by);
        command.Options.Add(most);
        return (command, filters, by, most);
    }
}
