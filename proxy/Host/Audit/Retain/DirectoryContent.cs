using ImdsProxy.Audit.Segments;
using ImdsProxy.Runtime;

namespace ImdsProxy.Audit.Retain;

/// <summary>The segments of a directory and the compressions in progress, for all processes that share the directory.</summary>
internal sealed class DirectoryContent
{
    private readonly List<HeldSegment> _segments = [];
    private readonly List<HeldDraft> _drafts = [];

    /// <summary>The segments, least recently written first.</summary>
    public IReadOnlyList<HeldSegment> Segments => _segments;

    public IReadOnlyList<HeldDraft> Drafts => _drafts;

    /// <summary>
    /// Reads a directory. Removes drafts that no process holds, because a process that was killed during a compression left them
    /// behind. Call this only in a turn, while other processes cannot change the directory.
    /// </summary>
    public static DirectoryContent Read(string directory)
    {
        var files = new DirectoryInfo(directory).EnumerateFiles("audit-*").Where(static file => file.Exists).ToList();
        var segments = files.Select(static file => (File: file, Name: SegmentName.Parse(file.Name))).Where(static found => found.Name is not null).ToList();
        var content = new DirectoryContent();
        foreach (var chain in segments.GroupBy(static found => found.Name!.Instance, StringComparer.Ordinal))
        {
            // A process writes only to the last segment of its chain.
            var last = chain.Max(static found => found.Name!.Number);
            content._segments.AddRange(chain.GroupBy(static found => found.Name!).Select(same => Measure(same.Key, [.. same.Select(static found => found.File)], same.Key.Number == last)));
        }

        content._segments.Sort(static (one, other) => (one.Written, one.Name.Number).CompareTo((other.Written, other.Name.Number)));
        content.ReadDrafts(files);
        return content;
    }

    /// <summary>
    /// Returns the complete, uncompressed segments. The last segment of each chain is excluded, so that the end of the chain can
    /// be read quickly.
    /// </summary>
    public IEnumerable<HeldSegment> ToCompress() => _segments
        .GroupBy(static segment => segment.Name.Instance, StringComparer.Ordinal)
        .SelectMany(static chain => chain.OrderBy(static segment => segment.Name.Number).SkipLast(1))
        .Where(static segment => segment is { IsOpen: false, Entry.Compressed: false });

    private static HeldSegment Measure(SegmentName name, List<FileInfo> files, bool isLast)
    {
        var plain = files.Find(static file => file.Extension == SegmentName.Extension);
        var entry = new SegmentEntry(name, (plain ?? files[0]).FullName, plain is null);
        return new HeldSegment(
            entry,
            [.. files.Select(static file => file.FullName)],
            files.Sum(static file => file.Length),
            isLast && plain is not null && IsHeld(plain.FullName),
            new DateTimeOffset(files.Max(static file => file.LastWriteTimeUtc)));
    }

    private void ReadDrafts(List<FileInfo> files)
    {
        foreach (var file in files)
        {
            var compressed = Path.GetFileNameWithoutExtension(file.Name);
            if (SegmentName.Parse(compressed) is not { } name || !compressed.EndsWith(SegmentName.CompressedExtension, StringComparison.Ordinal))
            {
                continue;
            }

            if (!IsHeld(file.FullName))
            {
                file.Delete();
                continue;
            }

            var source = _segments.Find(segment => segment.Name == name)?.Bytes ?? 0;
            _drafts.Add(new HeldDraft(name, file.FullName, Math.Max(file.Length, ShareSizes.Draft(source))));
        }
    }

    private static bool IsHeld(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return FileLock.IsTaken(file);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}
