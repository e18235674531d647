using System.CommandLine;
using ImdsProxy.Audit.Search;
using ImdsProxy.Sources;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit top</c>: counts new records live.</summary>
internal static class AuditTopCommand
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var asked = new AuditStatsFlags();
        var command = new Command("top", "Count new records live, and refresh the table every two seconds");
        asked.AddTo(command);
        command.SetAction((flags, cancellation) => AuditCommand.GuardAsync(() => RunAsync(flags, asked, cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult flags, AuditStatsFlags asked, CancellationToken cancellation)
    {
        var stats = new AuditStats(asked.By(flags));
        Lock gate = new();
        ValueTask Count(ReadOnlyMemory<byte> line)
        {
            lock (gate)
            {
                stats.Add(line.Span);
            }

            return ValueTask.CompletedTask;
        }

        await using var shown = TimeProvider.System.CreateTimer(_ => Show(stats, gate, asked.Most(flags)), null, TimeSpan.Zero, Refresh);
        var request = new SearchRequest(asked.Question(flags), Follow: true);
        return await SourceReport.EndAsync(await asked.Source(flags).SearchAsync(request, Count, static () => Task.CompletedTask, cancellation) with { Found = 1 }, Console.Error);
    }

    private static void Show(AuditStats stats, Lock gate, int most)
    {
        lock (gate)
        {
            // Move the cursor home and clear to the end: rewriting the screen in place does not flicker.
            Console.Out.Write(Console.IsOutputRedirected ? "" : "\u001b[H\u001b[J");
            Console.Out.WriteLine($"{stats.Total} requests and events since top started");
            StatsWriter.Write(Console.Out, stats.By.Names, stats.Rows(most), "table");
        }
    }
}
