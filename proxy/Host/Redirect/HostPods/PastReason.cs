namespace ImdsProxy.Redirect.HostPods;

/// <summary>How host pods go past the proxy.</summary>
internal enum PastReason
{
    /// <summary>A connection to IMDS by the proxy's user, which the lease exempts, from another pod or process.</summary>
    Uid,

    /// <summary>A pod's connection to IMDS that was opened while there was no lease, and is still open.</summary>
    Older,

    /// <summary>A socket of another pod that listens on the proxy's port and may take its connections.</summary>
    Listener,

    /// <summary>A rule that takes the node's connections before the lease does.</summary>
    Rule,
}
