namespace ImdsProxy.Audit.Write;

/// <summary>Consecutive lines of a chain.</summary>
/// <param name="First">The number of the first line.</param>
/// <param name="Last">The number of the last line.</param>
internal readonly record struct SeqRange(long First, long Last)
{
    /// <summary>The number of lines.</summary>
    public long Count => Last - First + 1;

    /// <summary>Whether there are no lines.</summary>
    public bool IsEmpty => Last < First;
}
