namespace ImdsProxy.Audit.Write;

/// <summary>The outcome for lines that a thread waits for.</summary>
internal enum Delivery
{
    /// <summary>The lines are not written, and never will be.</summary>
    Refused,

    /// <summary>The kernel has the lines.</summary>
    Written,

    /// <summary>The lines were not written in time, but may be written later.</summary>
    InDoubt,
}
