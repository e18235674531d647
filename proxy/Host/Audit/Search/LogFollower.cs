using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>
/// Tells lines as they are written. Each segment is held open while it may grow, so that its end is read even when it
/// has been compressed or removed meanwhile; the next segment is found by its name.
/// </summary>
internal sealed class LogFollower : IDisposable
{
    // Soon for people; nothing to notice for the machine.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly AuditQuery _query;
    private readonly IReadOnlyList<string> _directories;
    private readonly TimeProvider _clock;
    private readonly AuditLine _fields = new();
    private readonly HashSet<SegmentName> _known = [];
    private readonly Dictionary<string, double> _shown = new(StringComparer.Ordinal);
    private readonly List<FollowedFile> _open = [];

    /// <summary>Begins where the segments end now.</summary>
    public LogFollower(AuditQuery query, IReadOnlyList<string> paths, TimeProvider clock)
    {
        _query = query;
        _clock = clock;
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

    /// <summary>Lines met that are no records.</summary>
    public long Skipped { get; private set; }

    /// <summary>Shows lines from before; they are not shown again when they come up.</summary>
    public async ValueTask ShowEarlierAsync(ReadOnlyMemory<byte> line, Func<ReadOnlyMemory<byte>, ValueTask> show)
    {
        _fields.TryParse(line.Span);
        _ = IsNew(line.Span);
        await show(line);
    }

    /// <summary>Runs until it is cancelled or has shown <paramref name="most"/> lines.</summary>
    /// <returns>How many it has shown.</returns>
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
                await Task.Delay(Poll, _clock, cancellation);
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
        // Before reading: once a segment has a successor, nothing is written to it any more.
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

        // Of several chains, as one process's two; of those, each file's lines are in order.
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
            // Compressed this very moment; found under its new name next time.
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
