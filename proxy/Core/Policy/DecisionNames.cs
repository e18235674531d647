namespace ImdsProxy.Core.Policy;

/// <summary>The names of modes and reasons in policies, records and metrics.</summary>
public static class DecisionNames
{
    public static string Name(this Reason reason) => reason switch
    {
        Reason.Rule => "rule",
        Reason.NoRule => "no-rule",
        Reason.DenyRule => "deny-rule",
        Reason.UnknownEndpoint => "unknown-endpoint",
        Reason.UnknownParameter => "unknown-parameter",
        Reason.CallerUnknown => "caller-unknown",
        Reason.CallerAmbiguous => "caller-ambiguous",
        Reason.CallerIsNode => "caller-is-node",
        Reason.IdentityMismatch => "identity-mismatch",
        Reason.PinAmbiguous => "pin-ambiguous",
        Reason.RateLimited => "rate-limited",
        Reason.BadRequest => "bad-request",
        Reason.MissingHeader => "missing-header",
        Reason.UpstreamError => "upstream-error",
        Reason.AuditUnavailable => "audit-unavailable",
        Reason.NotReady => "not-ready",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    public static string Name(this PolicyMode mode) => mode switch
    {
        PolicyMode.Enforce => "enforce",
        PolicyMode.Audit => "audit",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };
}
