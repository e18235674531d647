using ImdsProxy.Doctor.Findings;

namespace ImdsProxy.Doctor.Log;

/// <summary>Whether the audit log's directory can be written.</summary>
internal sealed class AuditDirectoryCheck(string? directory) : ICheck
{
    public string Name => "audit-directory";

    public Task<Finding> RunAsync(CancellationToken cancellation) => Task.FromResult(Run());

    private Finding Run()
    {
        if (directory is null)
        {
            return Finding.NotApplicable("This container writes no audit log to a directory.");
        }

        // The name is not that of a segment, so neither the log nor its readers look at the file.
        var file = Path.Combine(directory, $".doctor-{Environment.ProcessId}");
        try
        {
            File.WriteAllBytes(file, [0]);
            File.Delete(file);
            return Finding.Good($"The audit log's directory {directory} can be written.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Broken(
                $"The audit log's directory {directory} can't be written: {e.Message.TrimEnd('.')}.",
                "Restart the pod: its container prepare gives the directory to the proxy. If the disk is full or read-only, mend it, or set another audit.hostPath.");
        }
    }
}
