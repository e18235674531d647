namespace ImdsProxy.Audit.Write;

/// <summary>The progress of a line in its turn.</summary>
internal enum LineState
{
    /// <summary>The line has no number yet.</summary>
    Unnumbered,

    /// <summary>The line is numbered, and may or may not be written.</summary>
    InDoubt,

    /// <summary>The kernel has the line.</summary>
    Written,

    /// <summary>The line is not written, or not in time. It has been counted as lost.</summary>
    Refused,
}
