namespace ImdsProxy.Audit.Reserve;

/// <summary>
/// Remembers about the last 16,384 keys in 128 KiB. Each key has four possible places; a new key replaces the oldest key in its
/// places. A forgotten key counts as new. Safe for many threads without locks: if two threads add the same key at once, both may
/// succeed.
/// </summary>
internal sealed class SeenKeys
{
    private const int Places = 4;
    private const int Rows = 4096;

    private readonly ulong[] _keys = new ulong[Rows * Places];

    public bool Contains(ulong key)
    {
        var row = Row(ref key);
        for (var place = row; place < row + Places; place++)
        {
            if (Volatile.Read(ref _keys[place]) == key)
            {
                return true;
            }
        }

        return false;
    }

    public void Add(ulong key)
    {
        var row = Row(ref key);
        for (var place = row + Places - 1; place > row; place--)
        {
            Volatile.Write(ref _keys[place], Volatile.Read(ref _keys[place - 1]));
        }

        Volatile.Write(ref _keys[row], key);
    }

    public void Remove(ulong key)
    {
        var row = Row(ref key);
        for (var place = row; place < row + Places; place++)
        {
            Interlocked.CompareExchange(ref _keys[place], 0, key);
        }
    }

    // 0 is an empty place.
    private static int Row(ref ulong key)
    {
        key = key == 0 ? 1 : key;
        return (int)((key * 0x9E3779B97F4A7C15) >> 52) * Places;
    }
}
