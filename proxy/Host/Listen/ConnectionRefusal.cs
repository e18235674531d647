namespace ImdsProxy.Listen;

/// <summary>The reason for refusing or ending a connection.</summary>
internal enum ConnectionRefusal
{
    /// <summary>The connection reached the listener directly, not through the redirect.</summary>
    NotRedirected,

    /// <summary>Its source address already has the maximum number of connections.</summary>
    CallerLimit,

    /// <summary>The listener already has the maximum number of connections.</summary>
    TotalLimit,

    /// <summary>The connection made room for a source address with fewer connections.</summary>
    Displaced,

    /// <summary>The client did not read its answers.</summary>
    SlowReader,

    /// <summary>The node's own processes already have the maximum number of connections.</summary>
    NodeLimit,

    /// <summary>The connection came from the proxy itself, so it would be a loop.</summary>
    Loop,
}
