using System.Diagnostics;
using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.Stores;

namespace ImdsProxy.LoadTests.Stores;

/// <summary>Asks a store, and measures what its answers take.</summary>
/// <param name="engine">The engine.</param>
/// <param name="database">The database with the table.</param>
/// <param name="passwordFile">A file with the password of the engine's user.</param>
internal sealed class AskedStore(ClickHouseEngine engine, string database, string passwordFile)
{
    private const int Rounds = 3;

    /// <summary>Asks a question three times. The best time counts.</summary>
    public async Task<StoreAnswer> AskAsync(StoreQuestion question)
    {
        List<StoreAnswer> answers = [];
        for (var round = 0; round < Rounds; round++)
        {
            var (began, before) = (Stopwatch.GetTimestamp(), engine.Processor + ProcessorTimes.OfEndedPrograms);
            var rows = question.Statement is { } statement ? await RowsAsync(statement) : await RowsOfProgramAsync(question.Command!);
            answers.Add(new StoreAnswer(Stopwatch.GetElapsedTime(began), engine.Processor + ProcessorTimes.OfEndedPrograms - before, rows));
        }

        return new StoreAnswer(answers.Min(static answer => answer.Wall), answers.Min(static answer => answer.Processor), answers[^1].Rows);
    }

    private async Task<int> RowsAsync(string statement) => (await engine.RunAsync(database, statement)).Count(static c => c == '\n');

    private async Task<int> RowsOfProgramAsync(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{string.Join(' ', ImdsProxyProgram.Command)} {command} {string.Join(' ', engine.Flags(database, passwordFile))} | wc -l"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var rows = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return int.Parse(rows, System.Globalization.CultureInfo.InvariantCulture);
    }
}
