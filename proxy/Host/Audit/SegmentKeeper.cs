using System.Buffers;
using System.IO.Compression;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>Compresses segments that are done and removes those that are too old or too many, saying so beforehand.</summary>
internal sealed partial class SegmentKeeper
{
    /// <summary>
    /// How: a segment of 64 MiB takes 150 ms of a processor and becomes a tenth. Level 1 takes as long and makes half as much
    /// again of it; level 6 ("optimal") takes 210 ms and saves 8 %.
    /// </summary>
    public static readonly ZLibCompressionOptions Compression = new() { CompressionLevel = 2 };

    // A segment at once would take a processor from the requests for as long as it takes. So it is a little at a time, and then
    // a rest: about a tenth of a processor, and 1.5 s for 64 MiB. A proxy under full load takes longer than that to fill them.
    private const int Slice = 1 << 20;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    // Another process's last segment that was written this recently may still be written.
    private static readonly TimeSpan Live = TimeSpan.FromHours(1);

    private readonly AuditOptions _options;
    private readonly string _instance;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Func<AuditEvent, ValueTask<bool>> _write;

    public SegmentKeeper(AuditOptions options, string instance, TimeProvider clock, ILogger logger, Func<AuditEvent, ValueTask<bool>> write)
    {
        _options = options;
        _instance = instance;
        _clock = clock;
        _logger = logger;
        _write = write;
    }

    /// <summary>Segments removed since the start.</summary>
    public long Removed { get; private set; }

    /// <summary>Does what is due now.</summary>
    public async Task KeepAsync(CancellationToken cancellation)
    {
        try
        {
            RemoveDrafts();
            await CompressAsync(cancellation);
            await RemoveAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The directory is away or full. The writer tells of it; this is tried again.
            Log.NotKept(_logger, e.Message);
        }
    }

    private async Task CompressAsync(CancellationToken cancellation)
    {
        var segments = SegmentEntry.ReadAll(_options.Directory!);
        var last = LastOfEach(segments);
        foreach (var segment in segments.Where(segment => !segment.Compressed && !last.Contains(segment.Name)))
        {
            cancellation.ThrowIfCancellationRequested();
            await CompressOneAsync(segment.Path, cancellation);
        }
    }

    // Two processes may compress the same segment at once, so each has a draft of its own.
    private async Task CompressOneAsync(string path, CancellationToken cancellation)
    {
        var compressed = SegmentEntry.CompressedPath(path);
        var draft = $"{compressed}.{_instance}";
        try
        {
            await WriteCompressedAsync(path, draft, cancellation);
            if (File.Exists(path))
            {
                // There before the other goes, so that whoever has read either name finds it.
                File.Move(draft, compressed, overwrite: true);
                File.Delete(path);
            }
        }
        catch (FileNotFoundException)
        {
            // The other process was quicker.
        }
        finally
        {
            // The other process's is as good, and may have been removed by now; half of one on a full disk would only take what
            // records need.
            File.Delete(draft);
        }
    }

    private async Task WriteCompressedAsync(string path, string draft, CancellationToken cancellation)
    {
        using var source = SegmentEntry.OpenPlain(path);
        using (var target = new GZipStream(File.Create(draft), Compression))
        {
            while (CopySlice(source, target))
            {
                await Task.Delay(Rest, _clock, cancellation);
            }
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(draft, SegmentFile.Mode);
        }

        File.SetLastWriteTimeUtc(draft, File.GetLastWriteTimeUtc(source.SafeFileHandle));
    }

    // False at the end.
    private static bool CopySlice(Stream source, GZipStream target)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            var read = -1;
            for (var copied = 0; read != 0 && copied < Slice; copied += read)
            {
                read = source.Read(buffer);
                target.Write(buffer, 0, read);
            }

            return read != 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A process that was killed while it compressed has left one, which no search reads and no retention counts.
    private void RemoveDrafts()
    {
        var before = (_clock.GetUtcNow() - Live).UtcDateTime;
        foreach (var draft in Directory.EnumerateFiles(_options.Directory!, $"audit-*{SegmentName.CompressedExtension}.*").Where(draft => File.GetLastWriteTimeUtc(draft) < before).ToList())
        {
            File.Delete(draft);
        }
    }

    private async Task RemoveAsync()
    {
        var segments = SegmentEntry.ReadAll(_options.Directory!).Select(static entry => Measure(entry.Now())).OrderBy(segment => segment.Written).ToList();
        var last = LastOfEach(segments.Select(segment => segment.Entry));
        var now = _clock.GetUtcNow();
        var total = segments.Sum(segment => segment.Bytes);
        List<MeasuredSegment> doomed = [];
        foreach (var segment in segments.Where(segment => !IsLive(segment, last, now)))
        {
            if (total > _options.MaxBytes || now - segment.Written > _options.MaxAge)
            {
                doomed.Add(segment);
                total -= segment.Bytes;
            }
        }

        if (doomed.Count > 0)
        {
            await RemoveAsync(doomed, now);
        }
    }

    // Told first: a removal that nobody was told of looks like someone's who hides something.
    private async Task RemoveAsync(List<MeasuredSegment> doomed, DateTimeOffset now)
    {
        var names = doomed.Select(segment => segment.Entry.Name.ToString()).ToList();
        var bytes = doomed.Sum(segment => segment.Bytes);
        if (await _write(AuditEvents.SegmentsRemoved(now, names, Ends(doomed), bytes)))
        {
            doomed.ForEach(segment => File.Delete(segment.Entry.Path));
            Removed += doomed.Count;
            Log.Removed(_logger, doomed.Count, bytes);
        }
    }

    // What the next segment of each instance must go on from.
    private static IEnumerable<ChainHead> Ends(List<MeasuredSegment> doomed) =>
        doomed.GroupBy(segment => segment.Entry.Name.Instance, StringComparer.Ordinal)
            .Select(chain => ChainHead.TryRead(chain.MaxBy(segment => segment.Entry.Name.Number)!.Entry))
            .OfType<ChainHead>();

    private bool IsLive(MeasuredSegment segment, HashSet<SegmentName> last, DateTimeOffset now) =>
        last.Contains(segment.Entry.Name) && (segment.Entry.Name.Instance == _instance || now - segment.Written < Live);

    private static HashSet<SegmentName> LastOfEach(IEnumerable<SegmentEntry> segments) =>
        [.. segments.GroupBy(segment => segment.Name.Instance, StringComparer.Ordinal).Select(chain => chain.MaxBy(segment => segment.Name.Number)!.Name)];

    private static MeasuredSegment Measure(SegmentEntry entry)
    {
        var file = new FileInfo(entry.Path);
        return new MeasuredSegment(entry, file.Exists ? file.Length : 0, new DateTimeOffset(file.LastWriteTimeUtc));
    }

    private sealed record MeasuredSegment(SegmentEntry Entry, long Bytes, DateTimeOffset Written);

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditSegmentsRemoved", Level = LogLevel.Information, Message = "Removed {Count} audit segments, {Bytes} bytes, as --audit-max-bytes and --audit-max-age ask")]
        public static partial void Removed(ILogger logger, int count, long bytes);

        [LoggerMessage(EventName = "AuditNotKept", Level = LogLevel.Debug, Message = "Audit segments can't be compressed or removed now: {Cause}")]
        public static partial void NotKept(ILogger logger, string cause);
    }
}
