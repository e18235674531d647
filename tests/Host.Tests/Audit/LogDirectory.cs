using ImdsProxy.Audit;
using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>A directory for one test, and the logs that write to it.</summary>
internal sealed class LogDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("audit-").FullName;

    public FakeOutput Stdout { get; } = new();

    /// <summary>Uncompressed segments, oldest first.</summary>
    public IReadOnlyList<string> Segments => [.. SegmentEntry.ReadAll(Path).Where(segment => !segment.Compressed).Select(segment => segment.Path)];

    /// <summary>Opens a log with one chain for all records. For a reserve, pass <c>options with { HasReserve = true }</c>.</summary>
    public AuditLog Open(Func<AuditOptions, AuditOptions>? with = null, TimeProvider? clock = null)
    {
        var options = new AuditOptions { Directory = Path, Node = "node-1", HasReserve = false, RetryInterval = TimeSpan.FromMilliseconds(20), KeepInterval = TimeSpan.FromMilliseconds(20) };
        return new AuditLog(with is null ? options : with(options), clock ?? TimeProvider.System, NullLogger<AuditLog>.Instance, Stdout);
    }

    /// <summary>The writer of a log with a single chain.</summary>
    public static AuditWriter Writer(AuditOptions options, AuditOrigin origin, IRecordOutput stdout)
    {
        var share = options.Directory is null ? null : new ChainShare(options, new Retention(options, TimeProvider.System, NullLogger.Instance), isReserve: false, tell: null);
        return new AuditWriter(options, origin, new SharedStdout(stdout, options, TimeProvider.System, NullLogger.Instance), share, TimeProvider.System, NullLogger.Instance);
    }

    /// <summary>Writes records with a separate log and closes it.</summary>
    public async Task WriteAsync(int records, Func<AuditOptions, AuditOptions>? with = null, string prefix = "r", Caller? caller = null)
    {
        await using var log = Open(with);
        for (var n = 0; n < records; n++)
        {
            await log.WriteAsync(Records.Allowed($"{prefix}{n}", caller));
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Waits until a condition holds. Fails if it does not within 20 s.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(20);
        while (!condition())
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                throw new TimeoutException("the condition did not hold within 20 s");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
