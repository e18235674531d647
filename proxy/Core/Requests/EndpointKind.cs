namespace ImdsProxy.Core.Requests;

/// <summary>The kinds of IMDS endpoints that metrics, limits and policies distinguish.</summary>
public enum EndpointKind
{
    /// <summary>A path that IMDS is not known to have.</summary>
    Unknown,

    /// <summary><c>/metadata/versions</c></summary>
    Versions,

    /// <summary><c>/metadata/instance</c> and everything below it.</summary>
    Instance,

    /// <summary><c>/metadata/attested/document</c></summary>
    Attested,

    /// <summary><c>/metadata/identity/info</c></summary>
    IdentityInfo,

    /// <summary><c>/metadata/identity/oauth2/token</c></summary>
    Token,

    /// <summary><c>/metadata/identity/getplatformmetadata</c></summary>
    PlatformMetadata,

    /// <summary><c>/metadata/identity/issuecredential</c></summary>
    IssueCredential,

    /// <summary><c>/metadata/scheduledevents</c></summary>
    ScheduledEvents,

    /// <summary><c>/metadata/loadbalancer</c></summary>
    LoadBalancer,

    /// <summary><c>/metadata/reprovisiondata</c></summary>
    ReprovisionData,

    /// <summary><c>/metadata/THIM/amd/certification</c> and <c>/acc/tdquote</c>, of confidential VMs.</summary>
    Confidential,
}
