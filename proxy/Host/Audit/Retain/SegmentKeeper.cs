using System.Buffers;
using System.IO.Compression;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>Maintains the directory in the background: triggers the removal of old segments, and compresses complete segments.</summary>
internal sealed partial class SegmentKeeper
{
    /// <summary>
    /// The compression level. Compressing a segment of 64 MiB to a tenth takes 150 ms of processor time. Level 1 takes as long for
    /// a file that is half as large again; level 6 ("optimal") takes 210 ms and saves 8 %.
    /// </summary>
    public static readonly ZLibCompressionOptions Compression = new() { CompressionLevel = 2 };

    // Compressing a whole segment at once would take a processor away from requests. Slices with pauses use about a tenth of a
    // processor, and 1.5 s for 64 MiB. Even under full load, the proxy needs longer than that to fill a segment.
    private const int Slice = 1 << 20;

    // About as many segments as one rotation removes.
    private const int HeadsAhead = 4;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    private readonly string _instance;
    private readonly Retention _retention;
    private readonly Func<Task> _makeRoom;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="instance">Distinguishes this process's drafts from the drafts of other processes.</param>
    /// <param name="retention">The limits of the directory.</param>
    /// <param name="makeRoom">Removes segments that are too old or exceed the limit, in the writer's turn.</param>
    /// <param name="time">The clock, for the pauses.</param>
    /// <param name="logger">Logs failures.</param>
    public SegmentKeeper(string instance, Retention retention, Func<Task> makeRoom, TimeProvider time, ILogger logger)
    {
        _instance = instance;
        _retention = retention;
        _makeRoom = makeRoom;
        _time = time;
        _logger = logger;
    }

    /// <summary>Does the maintenance that is due.</summary>
    public async Task KeepAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var segment in _retention.Next(HeadsAhead))
            {
                _ = _retention.Heads.Of(segment);
            }

            await _makeRoom();
            foreach (var segment in _retention.ToCompress())
            {
                cancellation.ThrowIfCancellationRequested();
                await CompressOneAsync(segment, cancellation);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The directory is missing or full. The writer reports that, and the next run retries.
            Log.NotKept(_logger, e.Message);
        }
    }

    private async Task CompressOneAsync(SegmentEntry segment, CancellationToken cancellation)
    {
        var draft = $"{SegmentEntry.CompressedPath(segment.Path)}.{_instance}";
        await using var target = _retention.TryBeginDraft(segment, draft);
        if (target is null)
        {
            return;
        }

        try
        {
            await WriteCompressedAsync(segment.Path, target, cancellation);
            _retention.EndDraft(segment, draft);
        }
        catch (FileNotFoundException)
        {
            // Retention or someone else has removed the segment.
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private async Task WriteCompressedAsync(string path, FileStream target, CancellationToken cancellation)
    {
        using var source = SegmentEntry.OpenPlain(path);
        using (var compressed = new GZipStream(target, Compression, leaveOpen: true))
        {
            // Stop if retention has removed the segment, because its draft would only take space.
            while (CopySlice(source, compressed) && File.Exists(path))
            {
                await Task.Delay(Rest, _time, cancellation);
            }
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(target.SafeFileHandle, LogPermissions.File);
        }

        await target.FlushAsync(cancellation);
        File.SetLastWriteTimeUtc(target.SafeFileHandle, File.GetLastWriteTimeUtc(source.SafeFileHandle));
    }

    // Returns false at the end of the source.
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

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditNotKept", Level = LogLevel.Debug, Message = "Audit segments cannot be compressed or removed now: {Cause}")]
        public static partial void NotKept(ILogger logger, string cause);
    }
}
