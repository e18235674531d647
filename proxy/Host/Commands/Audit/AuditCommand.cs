using System.CommandLine;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit</c>: the commands that read the audit log.</summary>
internal static class AuditCommand
{
    public static Command Create() => new("audit", "Search, count and verify the audit log")
    {
        AuditSearchCommand.Create(),
        AuditStatsCommand.Create(),
        AuditTopCommand.Create(),
        AuditVerifyCommand.Create(),
        AuditConvertCommand.Create(),
        AuditNodeCommand.Create(),
    };

    /// <summary>Runs a command. Prints an error that the user can fix as one line, and returns the exit code for wrong usage.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or HttpRequestException)
        {
            await Console.Error.WriteLineAsync($"imds-proxy: {e.Message}");
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Good;
        }
    }
}
