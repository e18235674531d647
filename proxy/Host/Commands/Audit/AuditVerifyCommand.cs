using System.CommandLine;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit verify</c>: checks that a log has not been altered.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create()
    {
        var directory = new Argument<string>("DIR") { Description = "Directory of segments" };
        var checkpoints = new Option<string?>("--checkpoints") { Description = "File with checkpoints collected from outside the node (from stdout or OTLP); - for stdin" };
        var command = new Command("verify", "Find edited, removed, moved and truncated records, and missing chains")
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
            Console.Error.WriteLine($"imds-proxy: {directory} is not a directory; name the audit directory, for example: imds-proxy audit verify /var/log/imds-proxy");
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
        Console.Out.WriteLine($"{report.Records} records in {report.Segments} segments of {report.Chains} chains; {report.CheckpointsMatched} known chain heads match{Others(report)}");
        Console.Out.WriteLine(report.Problems.Count == 0 ? Whole(checkpoints) : $"ALTERED: {report.Problems.Count} problems");
        return report.Problems.Count == 0 ? ExitCode.Good : ExitCode.Failed;
    }

    private static string Others(ChainReport report) =>
        report.CheckpointsOfOthers == 0 ? "" : $"; {report.CheckpointsOfOthers} checkpoints of other nodes ignored";

    private static string Whole(bool checkpoints) => checkpoints
        ? "Unaltered up to the last checkpoint; root on the node could have truncated or rewritten the records after it"
        : "Unaltered as far as the log alone can show; only --checkpoints can reveal a log that was rewritten as a whole";
}
