namespace ImdsProxy.Core.Demands;

/// <summary>The reason why requests are not replayed.</summary>
public enum NotJudged
{
    /// <summary>The record is a summary, which does not describe a request.</summary>
    Summary,

    /// <summary>The request was malformed.</summary>
    Malformed,

    CallerUnknown,

    CallerAmbiguous,

    /// <summary>The caller was the node itself or a service of the node.</summary>
    CallerIsNode,

    RateLimited,

    /// <summary>IMDS failed to answer, or the record could not be written.</summary>
    Failed,

    /// <summary>The proxy had no policy yet.</summary>
    NotReady,

    /// <summary>The record is of a version that this program does not understand.</summary>
    UnknownRecord,

    /// <summary>The record was truncated.</summary>
    Cut,

    /// <summary>The workload had more demands than are kept.</summary>
    Folded,

    /// <summary>The record does not name the query keys that IMDS is not known to have.</summary>
    ParametersUnknown,

    /// <summary>A rule selects pods by labels that are not in the log.</summary>
    LabelsUnknown,

    /// <summary>The policy would send the request to IMDS, and no record shows the identity with which IMDS would answer.</summary>
    IdentityNeverSeen,

    /// <summary>The request was sent with a pinned identity, which the policy no longer pins.</summary>
    PinRemoved,
}
