namespace ImdsProxy.Audit.Search;

/// <summary>The progress of searching a unit.</summary>
internal sealed class UnitPosition(long offset, bool skipsFirst)
{
    /// <summary>The file offset of the start of the buffer.</summary>
    public long Offset { get; set; } = offset;

    /// <summary>The number of bytes at the start of the buffer that remain from the previous read.</summary>
    public int Filled { get; set; }

    /// <summary>The number of bytes at the start of the buffer that belong to another unit.</summary>
    public int Begin { get; set; }

    /// <summary>Whether the search must still skip to the first line feed.</summary>
    public bool SkipsFirst { get; set; } = skipsFirst;

    public bool Done { get; set; }
}
