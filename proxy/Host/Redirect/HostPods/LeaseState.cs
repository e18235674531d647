namespace ImdsProxy.Redirect.HostPods;

/// <summary>Whether the node's own connections go to the proxy.</summary>
internal enum LeaseState
{
    /// <summary>The table is missing, or it is not as we built it.</summary>
    Missing,

    /// <summary>The table is in place without a lease, so the node reaches IMDS directly.</summary>
    Lapsed,

    /// <summary>The node's connections go to the proxy.</summary>
    Held,
}
