using System.CommandLine;
using System.Text;
using ImdsProxy.Audit.Search;
using ImdsProxy.Sources;

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
            var answer = await asked.Source(flags).CountAsync(new StatsRequest(asked.Question(flags), by, asked.Most(flags)), cancellation);
            await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            StatsWriter.Write(output, by.Names, answer.Rows, form);
            if (form == "json")
            {
                SourceReport.WriteTrailer(answer.End, output);
            }

            return await SourceReport.EndAsync(answer.End, Console.Error);
        });
}
