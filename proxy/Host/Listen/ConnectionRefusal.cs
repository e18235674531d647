namespace ImdsProxy.Listen;

/// <summary>Why a connection was not let in, or was ended.</summary>
internal enum ConnectionRefusal
{
    /// <summary>It came straight to the listener, not by the redirect.</summary>
    NotRedirected,

    /// <summary>Its source address has as many as it may have.</summary>
    CallerLimit,

    /// <summary>The listener has as many as it may have.</summary>
    TotalLimit,

    /// <summary>It made room for a source address that had fewer.</summary>
    Displaced,

    /// <summary>Its client did not read its answers.</summary>
    SlowReader,
}
