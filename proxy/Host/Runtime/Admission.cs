namespace ImdsProxy.Runtime;

/// <summary>What came of a connection that asked to come in.</summary>
internal enum Admission
{
    Admitted,

    /// <summary>Its source address has as many connections as it may have.</summary>
    AddressIsFull,

    /// <summary>The listener has as many as it may have, and nobody has so many more that one must make room.</summary>
    ListenerIsFull,
}
