namespace ImdsProxy.Core.Policy;

/// <summary>The reason for a request's outcome. <see cref="DecisionNames"/> has the names for records and metrics.</summary>
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
