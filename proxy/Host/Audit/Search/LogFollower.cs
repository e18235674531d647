using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>
/// Delivers lines as they are written. Each segment stays open while it may grow, so its end is read even if it was
/// compressed or deleted meanwhile. New segments are found by name.
/// </summary>
internal sealed class LogFollower : IDisposable
{
    // Fast enough for people, and a negligible load for the machine.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly AuditQuery _query;
    private readonly IReadOnlyList<string> _directories;
    private readonly TimeProvider _time;
    private readonly AuditLine _fields = new();
    private readonly HashSet<SegmentName> _known = [];
    private readonly Dictionary<string, double> _shown = new(StringComparer.Ordinal);
    private readonly List<FollowedFile> _open = [];

    /// <summary>Starts at the current end of each segment.</summary>
    public LogFollower(AuditQuery query, IReadOnlyList<string> paths, TimeProvider time)
    {
        _query = query;
        _time = time;
        _directories = [.. paths.Where(Directory.Exists)];
        _open.AddRange(paths.Where(File.Exists).Select(path => FollowedFile.AtEnd(path, null)));
        foreach (var chain in _directories.SelectMany(SegmentEntry.ReadAll).GroupBy(segment => segment.Name.Instance, StringComparer.Ordinal))
        {
            _known.UnionWith(chain.Select(segment => segment.Name));
            if (chain.MaxBy(segment => segment.Name.Number) is { Compressed: false } newest)
            {
                _open.Add(FollowedFile.AtEnd(newest.Path, newest.Name));
            }
        }
    }

    /// <summary>The number of lines that were not valid records.</summary>
    public long Skipped { get; private set; }

    /// <summary>Shows a line from an earlier search, so that following does not show it again.</summary>
    public async ValueTask ShowEarlierAsync(ReadOnlyMemory<byte> line, Func<ReadOnlyMemory<byte>, ValueTask> show)
    {
        _fields.TryParse(line.Span);
        _ = IsNew(line.Span);
        await show(line);
    }

    /// <summary>Runs until cancelled or until <paramref name="most"/> lines have been shown.</summary>
    /// <returns>The number of lines shown.</returns>
    public async Task<long> RunAsync(Func<ReadOnlyMemory<byte>, ValueTask> show, Func<Task> flush, long most, CancellationToken cancellation)
    {
        var shown = 0L;
        try
        {
            while (true)
            {
                foreach (var line in ReadNew())
                {
                    await show(line);
                    if (++shown >= most)
                    {
                        await flush();
                        return shown;
                    }
                }

                await flush();
                await Task.Delay(Poll, _time, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            return shown;
        }
    }

    public void Dispose() => _open.ForEach(file => file.Dispose());

    private List<byte[]> ReadNew()
    {
        // Look for successors before reading. A segment that has a successor is complete, so this read reaches its end.
        _directories.SelectMany(SegmentEntry.ReadAll).Where(segment => !_known.Contains(segment.Name)).ToList().ForEach(Open);
        List<byte[]> lines = [];
        foreach (var file in _open)
        {
            file.Read(line => Test(line, lines));
        }

        foreach (var ended in _open.Where(HasSuccessor).ToList())
        {
            ended.Dispose();
            _open.Remove(ended);
        }

        // The lines of several chains are merged. The lines of each file are already in order.
        return [.. lines.Order(Comparer<byte[]>.Create(static (one, other) => LineTime.Compare(one, other)))];
    }

    private void Open(SegmentEntry segment)
    {
        try
        {
            _open.Add(new FollowedFile(segment.Open(), segment.Name));
            _known.Add(segment.Name);
        }
        catch (FileNotFoundException)
        {
            // The segment was compressed just now. The next poll finds it under its new name.
        }
    }

    private bool HasSuccessor(FollowedFile file) =>
        file.Name is { } name && _known.Any(other => other.Instance == name.Instance && other.Number > name.Number);

    private void Test(ReadOnlySpan<byte> line, List<byte[]> lines)
    {
        if (!_fields.TryParse(line))
        {
            Skipped++;
        }
        else if (_query.Matches(_fields, line) && IsNew(line))
        {
            lines.Add(line.ToArray());
        }
    }

    private bool IsNew(ReadOnlySpan<byte> line)
    {
        var instance = _fields.GetText(line, AuditField.Instance) ?? "";
        if (!_fields.TryGetNumber(line, AuditField.Seq, out var seq))
        {
            return true;
        }

        if (_shown.TryGetValue(instance, out var last) && seq <= last)
        {
            return false;
        }

        _shown[instance] = seq;
        return true;
    }
}
