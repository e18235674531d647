using ImdsProxy.Doctor.Findings;

namespace ImdsProxy.Doctor.Log;

/// <summary>Whether the disk has room for all that the audit log may still grow by.</summary>
/// <param name="directory">The directory of the audit log, or null.</param>
/// <param name="maxBytes">The log's size limit.</param>
/// <param name="free">The free bytes on the disk of a directory.</param>
internal sealed class AuditSpaceCheck(string? directory, long maxBytes, Func<string, long> free) : ICheck
{
    // A segment at its largest, and room for its compressed copy.
    private const long LeastBytes = 128L << 20;

    public string Name => "audit-space";

    public static long FreeBytes(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    public Task<Finding> RunAsync(CancellationToken cancellation) => Task.FromResult(Run());

    private Finding Run()
    {
        if (directory is null)
        {
            return Finding.NotApplicable("This container writes no audit log to a directory.");
        }

        try
        {
            var used = new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Exists ? file.Length : 0);
            var (left, room) = (Math.Max(0, maxBytes - used), free(directory));
            var sentence = $"The audit log uses {Size(used)} of its {Size(maxBytes)}, and its disk has {Size(room)} free.";
            return room >= left ? Finding.Good(sentence)
                : room >= LeastBytes ? Finding.Warning(
                    sentence + " The disk may be full before the log reaches its limit.", $"Free at least {Size(left - room)} on the disk, or lower audit.maxBytes.")
                : Finding.Broken(sentence + " Records will soon not be written.", "Free space on the disk, or lower audit.maxBytes.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.NotApplicable($"The directory can't be read ({e.Message.TrimEnd('.')}); see audit-directory.");
        }
    }

    private static string Size(long bytes) => bytes switch
    {
        _ when bytes >= 10L << 30 || (bytes > 0 && bytes % (1L << 30) == 0) => $"{bytes >> 30} GiB",
        >= 10L << 20 => $"{bytes >> 20} MiB",
        _ => $"{bytes >> 10} KiB",
    };
}
