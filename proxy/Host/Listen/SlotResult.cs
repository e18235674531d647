namespace ImdsProxy.Listen;

/// <summary>What came of asking for a slot.</summary>
internal enum SlotResult
{
    Taken,
    Full,

    /// <summary>The entry has just been dropped; ask for a new one.</summary>
    Gone,
}
