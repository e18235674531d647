namespace ImdsProxy.Audit.Write;

/// <summary>What became of lines that someone waited for.</summary>
internal enum Delivery
{
    /// <summary>They are not written, and will not be.</summary>
    Refused,

    /// <summary>The kernel has them.</summary>
    Written,

    /// <summary>They were not written in time, and may be written later.</summary>
    InDoubt,
}
