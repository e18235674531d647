using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>Counts requests and events, grouped by the values of some fields. A summary counts as all of its requests, <c>pod-seen</c> only where events are named.</summary>
internal sealed class AuditStats(StatsKey by)
{
    // A larger table would be unreadable, and without a limit a hostile pod's user agents or paths could exhaust memory.
    private const int MostGroups = 10_000;

    private readonly Dictionary<string, StatsGroup> _groups = new(StringComparer.Ordinal);
    private readonly AuditLine _fields = new();

    // Each caller has such an event in each segment. It would distort the numbers of requests.
    private readonly bool _hasPodSeen = by.Names.Contains("event", StringComparer.Ordinal);

    public StatsKey By => by;

    public long Total { get; private set; }

    /// <summary>The groups, in time order if the key starts with the time, otherwise largest first.</summary>
    public IReadOnlyList<StatsGroup> Groups => InOrder(_groups.Values, by);

    /// <summary>Groups in the order of <see cref="Groups"/>.</summary>
    public static IReadOnlyList<StatsGroup> InOrder(IEnumerable<StatsGroup> groups, StatsKey by) => by.ByTime
        ? [.. groups.OrderBy(static group => string.Join('\0', group.Key), StringComparer.Ordinal)]
        : [.. groups.OrderByDescending(static group => group.Count).ThenBy(static group => string.Join('\0', group.Key), StringComparer.Ordinal)];

    /// <summary>The first groups, formatted for output.</summary>
    public IReadOnlyList<StatsRow> Rows(int most) => [.. Groups.Take(most).Select(StatsRow.Of)];

    public void Add(ReadOnlySpan<byte> line)
    {
        _fields.TryParse(line);
        if (!_hasPodSeen && _fields.Get(line, AuditField.Event).SequenceEqual("pod-seen"u8))
        {
            return;
        }

        var group = Group(by.Of(_fields, line));
        var requests = _fields.Requests(line);
        group.Count += requests;
        Total += requests;
        if (_fields.TryGetNumber(line, AuditField.Ms, out var milliseconds))
        {
            group.Latency.Add(milliseconds);
        }
    }

    /// <summary>Adds a group that was counted elsewhere.</summary>
    /// <exception cref="FormatException">It is not a group of this key.</exception>
    public void Add(string[] key, long count, ReadOnlySpan<int> latency)
    {
        if (key.Length != by.Names.Length || count < 0)
        {
            throw new FormatException("a group is of another version");
        }

        var group = Group(key);
        group.Count += count;
        Total += count;
        group.Latency.Add(latency);
    }

    private StatsGroup Group(string[] key)
    {
        var name = string.Join('\0', key);
        if (_groups.TryGetValue(name, out var known))
        {
            return known;
        }

        if (_groups.Count < MostGroups)
        {
            return _groups[name] = new StatsGroup(key);
        }

        var other = by.Names.Select(_ => "other").ToArray();
        var rest = string.Join('\0', other);
        return _groups.TryGetValue(rest, out var group) ? group : _groups[rest] = new StatsGroup(other);
    }
}
