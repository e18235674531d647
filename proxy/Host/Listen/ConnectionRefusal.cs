namespace ImdsProxy.Listen;

/// <summary>Why a connection was not let in.</summary>
internal enum ConnectionRefusal
{
    /// <summary>It came straight to the listener, not by the redirect.</summary>
    NotRedirected,

    /// <summary>Its source address has as many as it may have.</summary>
    CallerLimit,
}
