namespace ImdsProxy.Audit.Search;

/// <summary>How far the search of a unit has come.</summary>
internal sealed class UnitPosition(long offset, bool skipsFirst)
{
    /// <summary>Where in the file the buffer begins.</summary>
    public long Offset { get; set; } = offset;

    /// <summary>Bytes at the buffer's beginning that were read before.</summary>
    public int Filled { get; set; }

    /// <summary>Bytes at the buffer's beginning that belong to others.</summary>
    public int Begin { get; set; }

    /// <summary>Whether the first line feed is still to be found.</summary>
    public bool SkipsFirst { get; set; } = skipsFirst;

    public bool Done { get; set; }
}
