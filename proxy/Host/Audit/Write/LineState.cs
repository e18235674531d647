namespace ImdsProxy.Audit.Write;

/// <summary>How far a line has come in its turn.</summary>
internal enum LineState
{
    /// <summary>It has no number yet.</summary>
    Unnumbered,

    /// <summary>It is numbered, and may or may not be written.</summary>
    InDoubt,

    /// <summary>The kernel has it.</summary>
    Written,

    /// <summary>It is not written, or not in time, and that is counted.</summary>
    Refused,
}
