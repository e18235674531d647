namespace ImdsProxy.Core.Policy;

/// <summary>Why a request ended as it did. Its names on the wire are in <see cref="DecisionNames"/>.</summary>
public enum Reason
{
    Rule,
    NoRule,
    DenyRule,
    UnknownEndpoint,
    UnknownParameter,
    CallerUnknown,
    CallerAmbiguous,
    CallerIsNode,
    IdentityMismatch,
    PinAmbiguous,
    RateLimited,
    BadRequest,
    MissingHeader,
    UpstreamError,
    AuditUnavailable,
    NotReady,
}
