using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The time for which there are lines of a node, and what the node reported as lost.</summary>
/// <param name="name">The node's name, or an empty text.</param>
/// <param name="since">The start of the time range in ticks.</param>
/// <param name="until">The end of the time range in ticks.</param>
internal sealed class NodeCoverage(string name, long since, long until)
{
    // Two centuries from the year 1970. No node writes times outside of them.
    private const int MostHours = 200 * 366 * 24;

    private readonly SortedDictionary<int, Loss> _losses = [];
    private ulong[] _hours = [];
    private int _base;
    private long _lastHour = -1;

    public string Name => name;

    public ulong Hash { get; } = StableHash.Of(name);

    public Dictionary<string, ChainSpans> Chains { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether retention removed segments of the node.</summary>
    public bool HasRemovals { get; set; }

    public long FirstTicks { get; private set; } = long.MaxValue;

    public long LastTicks { get; private set; }

    /// <summary>The lost records, by the day of the report.</summary>
    public IEnumerable<Loss> Losses => _losses.Values;

    /// <summary>The hours with a line, as hours since the year 1970, in ascending order.</summary>
    public IEnumerable<int> Hours
    {
        get
        {
            for (var i = 0; i < _hours.Length * 64; i++)
            {
                if ((_hours[i / 64] & (1UL << (i % 64))) != 0)
                {
                    yield return _base + i;
                }
            }
        }
    }

    public ChainSpans Chain(string instance)
    {
        if (!Chains.TryGetValue(instance, out var chain))
        {
            Chains[instance] = chain = new ChainSpans(this);
        }

        return chain;
    }

    public void See(long ticks)
    {
        if (ticks < since || ticks >= until)
        {
            return;
        }

        FirstTicks = Math.Min(FirstTicks, ticks);
        LastTicks = Math.Max(LastTicks, ticks);
        var hour = ticks / TimeSpan.TicksPerHour;
        if (hour != _lastHour)
        {
            _lastHour = hour;
            Mark((int)(hour - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerHour)));
        }
    }

    public void Lose(long ticks, long sinceTicks, long count)
    {
        if (ticks < since || ticks >= until)
        {
            return;
        }

        var loss = new Loss(sinceTicks > 0 ? Math.Min(sinceTicks, ticks) : ticks, ticks, Math.Max(1, count));
        Lose(loss);
    }

    public void Add(NodeCoverage other)
    {
        Extend(other.FirstTicks, other.LastTicks);
        HasRemovals |= other.HasRemovals;
        foreach (var hour in other.Hours)
        {
            Mark(hour);
        }

        foreach (var loss in other.Losses)
        {
            Lose(loss);
        }

        foreach (var (instance, chain) in other.Chains)
        {
            Chain(instance).Add(chain);
        }
    }

    /// <summary>Adds the time of lines that were seen elsewhere.</summary>
    public void Extend(long first, long last)
    {
        FirstTicks = Math.Min(FirstTicks, first);
        LastTicks = Math.Max(LastTicks, last);
    }

    /// <summary>Adds hours with a line.</summary>
    public void Mark(int from, int to)
    {
        for (var hour = Math.Max(0, from); hour <= Math.Min(to, MostHours); hour++)
        {
            Mark(hour);
        }
    }

    /// <summary>Adds losses that were reported elsewhere.</summary>
    public void Lose(Loss loss)
    {
        var day = (int)(loss.ToTicks / TimeSpan.TicksPerDay);
        _losses[day] = _losses.TryGetValue(day, out var known)
            ? new Loss(Math.Min(known.FromTicks, loss.FromTicks), Math.Max(known.ToTicks, loss.ToTicks), known.Count + loss.Count)
            : loss;
    }

    private void Mark(int hour)
    {
        if (hour is < 0 or > MostHours)
        {
            return;
        }

        var word = hour / 64 * 64;
        if (_hours.Length == 0)
        {
            (_base, _hours) = (word, new ulong[1]);
        }
        else if (word < _base)
        {
            _hours = [.. new ulong[(_base - word) / 64], .. _hours];
            _base = word;
        }
        else if (word >= _base + (_hours.Length * 64))
        {
            Array.Resize(ref _hours, ((word - _base) / 64) + 1);
        }

        _hours[(hour - _base) / 64] |= 1UL << ((hour - _base) % 64);
    }

    /// <summary>Records that a node reported as lost.</summary>
    internal readonly record struct Loss(long FromTicks, long ToTicks, long Count);
}
