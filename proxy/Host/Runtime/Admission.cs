namespace ImdsProxy.Runtime;

/// <summary>Whether a connection is admitted.</summary>
internal enum Admission
{
    Admitted,

    /// <summary>Its source address has as many connections as it may have.</summary>
    AddressIsFull,

    /// <summary>The listener has as many as it may have, and no address has enough more than the newcomer to give one up.</summary>
    ListenerIsFull,
}
