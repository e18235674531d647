using System.Buffers;
using System.IO.Compression;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>Looks after the directory beside the writer: has removed what is too old, and compresses segments that are done.</summary>
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

    // As many as one rotation removes.
    private const int HeadsAhead = 4;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    private readonly string _instance;
    private readonly Retention _retention;
    private readonly Func<Task> _makeRoom;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <param name="instance">Tells this process's drafts from those of others.</param>
    /// <param name="retention">What the directory may take.</param>
    /// <param name="makeRoom">Removes what is too old or too much, in the writer's turn.</param>
    /// <param name="clock">For the rests.</param>
    /// <param name="logger">What could not be done.</param>
    public SegmentKeeper(string instance, Retention retention, Func<Task> makeRoom, TimeProvider clock, ILogger logger)
    {
        _instance = instance;
        _retention = retention;
        _makeRoom = makeRoom;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>Does what is due now.</summary>
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
            // The directory is away or full. The writer tells of it; this is tried again.
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
            // Retention, or someone, has removed the segment.
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
            // What retention has removed would only take the disk's room.
            while (CopySlice(source, compressed) && File.Exists(path))
            {
                await Task.Delay(Rest, _clock, cancellation);
            }
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(target.SafeFileHandle, LogPermissions.File);
        }

        await target.FlushAsync(cancellation);
        File.SetLastWriteTimeUtc(target.SafeFileHandle, File.GetLastWriteTimeUtc(source.SafeFileHandle));
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

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditNotKept", Level = LogLevel.Debug, Message = "Audit segments can't be compressed or removed now: {Cause}")]
        public static partial void NotKept(ILogger logger, string cause);
    }
}
