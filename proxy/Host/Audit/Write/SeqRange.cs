namespace ImdsProxy.Audit.Write;

/// <summary>Lines of a chain that follow each other.</summary>
/// <param name="First">The number of the first one.</param>
/// <param name="Last">The number of the last one.</param>
internal readonly record struct SeqRange(long First, long Last)
{
    /// <summary>How many.</summary>
    public long Count => Last - First + 1;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Last < First;
}
