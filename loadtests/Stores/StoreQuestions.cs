using System.Diagnostics;
using System.Globalization;
using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.TestKit.Stores;

namespace ImdsProxy.LoadTests.Stores;

/// <summary>
/// <c>store-questions [ROWS]</c>: fills ClickHouse's engine with generated records of 5,000 nodes and three days, and asks every question of
/// the documents and of the dashboard, with two threads. Prints a table for <c>docs/scale.md</c>.
/// </summary>
internal static class StoreQuestions
{
    private const string Database = "audit";
    private const long AimRows = 10_000_000;

    private static readonly TimeSpan Aim = TimeSpan.FromSeconds(1);

    // Nobody reads a longer answer. Most of its time goes into sending and printing it.
    private const int MostRows = 100_000;

    // On a machine with other work an answer waits for a processor, so the time of two processors counts.
    private static readonly TimeSpan BusyAim = 2 * Aim;
    private const double Busy = 0.1;

    public static async Task<int> RunAsync(string[] args)
    {
        if (await StoreTools.MissingAsync() is { } missing)
        {
            throw new IOException(missing);
        }

        var rows = args is [var count, ..] ? long.Parse(count, CultureInfo.InvariantCulture) : AimRows;
        var passwordFile = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(passwordFile, ClickHouseEngine.Password);
            await using var engine = await ClickHouseEngine.StartAsync();
            await engine.CreateAsync(Database);
            await FillAsync(new FilledStore(engine, Database, rows), rows);
            return await AskAsync(new AskedStore(engine, Database, passwordFile), engine, isAim: rows <= AimRows);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    private static async Task FillAsync(FilledStore store, long rows)
    {
        var took = await store.FillAsync();
        await store.SettleAsync();
        var (table, line, stored) = (await store.BytesAsync(), await store.LineBytesAsync(isOnDisk: false), await store.LineBytesAsync(isOnDisk: true));
        await SayAsync($"{rows:N0} rows of {StoredFleet.Nodes:N0} nodes in three days, in {await store.PartsAsync()} parts. A row takes {(double)table / rows:0} bytes, {(double)stored / rows:0} of them for its line of {(double)line / rows:0} bytes, and {took.TotalMicroseconds / rows:0.0} µs of processor time to insert.\n");
    }

    private static async Task<int> AskAsync(AskedStore store, ClickHouseEngine engine, bool isAim)
    {
        await SayAsync($"| question | seconds | processor seconds | rows |\n|---|---|---|---|");
        var (began, machine, own) = (Stopwatch.GetTimestamp(), ProcessorTimes.OfTheMachine, Own(engine));
        List<(StoreQuestion Question, StoreAnswer Answer)> all = [];
        foreach (var question in DocumentedQuestions.Read())
        {
            var answer = await store.AskAsync(question);
            all.Add((question, answer));
            await SayAsync($"| {question.Text} | {answer.Wall.TotalSeconds:0.00} | {answer.Processor.TotalSeconds:0.00} | {answer.Rows:N0} |");
        }

        // The kernel counts in hundredths, so the difference may be a little below nothing.
        var others = Math.Max(0, (ProcessorTimes.OfTheMachine - machine - (Own(engine) - own)) / Stopwatch.GetElapsedTime(began) / Environment.ProcessorCount);
        var slow = all.Where(one => one.Answer.Rows <= MostRows && one.Answer.Wall > Aim && (others <= Busy || one.Answer.Processor > BusyAim)).ToList();
        await SayAsync($"\nOther programs used {others:P0} of the processors{(others > Busy ? $", so {BusyAim.TotalSeconds:0} s of processor time count as {Aim.TotalSeconds:0} s" : "")}.");
        await SayAsync($"Answers of more than {MostRows:N0} lines have no goal: most of their time goes into sending and printing them.");
        await SayAsync($"{slow.Count} of {all.Count} questions took longer than {Aim.TotalSeconds:0} s.{string.Concat(slow.Select(static one => $"\n- {one.Question.Text}"))}");
        return isAim && slow.Count > 0 ? 1 : 0;
    }

    private static TimeSpan Own(ClickHouseEngine engine) => engine.Processor + ProcessorTimes.OfThisProcess + ProcessorTimes.OfEndedPrograms;

    private static Task SayAsync(FormattableString text) => Console.Out.WriteLineAsync(FormattableString.Invariant(text));
}
