namespace ImdsProxy.Runtime;

/// <summary>Whether a connection is admitted.</summary>
internal enum Admission
{
    Admitted,

    /// <summary>The source address has reached its limit of connections.</summary>
    AddressIsFull,

    /// <summary>
    /// The listener has reached its limit, and no other address holds enough more connections than the newcomer's address to give
    /// up a connection.
    /// </summary>
    ListenerIsFull,
}
