namespace ImdsProxy.Audit.Write;

/// <summary>How far the lines of a turn have come.</summary>
internal enum TurnLines
{
    /// <summary>They have no numbers yet.</summary>
    Unnumbered,

    /// <summary>They are numbered, and may or may not be written.</summary>
    InDoubt,

    /// <summary>The kernel has them.</summary>
    Written,
}
