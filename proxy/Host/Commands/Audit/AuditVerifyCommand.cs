using System.CommandLine;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit verify</c>: tells whether a log is as it was written.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create()
    {
        var directory = new Argument<string>("DIR") { Description = "The directory of segments" };
        var checkpoints = new Option<string?>("--checkpoints") { Description = "A file with checkpoints that left the node: collected stdout or OTLP; - for stdin" };
        var command = new Command("verify", "Finds an edited, removed, moved or cut-off record, or a missing chain")
        {
            directory,
            checkpoints,
        };
        command.SetAction(flags => Run(flags.GetRequiredValue(directory), flags.GetValue(checkpoints)));
        return command;
    }

    private static int Run(string directory, string? checkpoints)
    {
        if (!Directory.Exists(directory))
        {
            Console.Error.WriteLine($"imds-proxy: {directory} is no directory; for example: imds-proxy audit verify /var/log/imds-proxy");
            return ExitCode.Usage;
        }

        var verifier = new AuditVerifier();
        try
        {
            if (checkpoints is not null)
            {
                using var lines = checkpoints == "-" ? Console.In : File.OpenText(checkpoints);
                verifier.AddCheckpoints(lines);
            }

            return Tell(verifier.Verify(directory), checkpoints is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"imds-proxy: {e.Message}");
            return ExitCode.Usage;
        }
    }

    private static int Tell(ChainReport report, bool checkpoints)
    {
        report.Notes.ForEach(note => Console.Out.WriteLine($"note: {note}"));
        report.Problems.ForEach(problem => Console.Out.WriteLine($"PROBLEM: {problem}"));
        Console.Out.WriteLine($"{report.Records} records in {report.Segments} segments of {report.Chains} chains; {report.CheckpointsMatched} known heads match{Others(report)}");
        Console.Out.WriteLine(report.Problems.Count == 0 ? Whole(checkpoints) : $"NOT as it was written: {report.Problems.Count} problems");
        return report.Problems.Count == 0 ? ExitCode.Good : ExitCode.Failed;
    }

    private static string Others(ChainReport report) =>
        report.CheckpointsOfOthers == 0 ? "" : $"; {report.CheckpointsOfOthers} checkpoints of other nodes not used";

    private static string Whole(bool checkpoints) => checkpoints
        ? "As it was written, up to the last checkpoint; what came after it could have been cut off or rewritten by root on the node"
        : "As it was written, as far as the log alone can tell; with --checkpoints it could tell a rewritten log too";
}
