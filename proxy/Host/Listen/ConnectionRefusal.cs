namespace ImdsProxy.Listen;

/// <summary>Why a connection was refused or ended.</summary>
internal enum ConnectionRefusal
{
    /// <summary>It came directly to the listener, not through the redirect.</summary>
    NotRedirected,

    /// <summary>Its source address already has the maximum number of connections.</summary>
    CallerLimit,

    /// <summary>The listener already has the maximum number of connections.</summary>
    TotalLimit,

    /// <summary>It made room for a source address with fewer connections.</summary>
    Displaced,

    /// <summary>Its client did not read its answers.</summary>
    SlowReader,
}
