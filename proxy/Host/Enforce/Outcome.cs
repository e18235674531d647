using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Enforce;

/// <summary>The outcome of an exchange.</summary>
internal readonly record struct Outcome(Verdict Verdict, Reason Reason, PolicyMode Mode)
{
    public string? Rule { get; init; }

    public bool Quiet { get; init; }

    public string? Error { get; init; }

    public int Status { get; init; }

    public long? Bytes { get; init; }

    public IssuedCredential? Issued { get; init; }

    /// <summary>What IMDS returned and the policy withheld, or null.</summary>
    public CredentialAnswer? Returned { get; init; }

    public int? UpstreamStatus { get; init; }

    /// <summary>The identity that the permission pins, or null.</summary>
    public string? Pin { get; init; }

    /// <summary>Whether the permission hides some of the answer.</summary>
    public bool Redacts { get; init; }

    public static Outcome Of(Denial denial) =>
        new(denial.Mode == PolicyMode.Enforce ? Verdict.Denied : Verdict.WouldDeny, denial.Reason, denial.Mode)
        {
            Rule = denial.Rule,
            Quiet = denial.Quiet,
        };

    public static Outcome Of(Permit permit) =>
        new(permit.Shadow is null ? Verdict.Allowed : Verdict.WouldDeny, permit.Reason, permit.Mode)
        {
            Rule = permit.Rule,
            Quiet = permit.Shadow?.Quiet ?? false,
            Pin = permit.Pin,
            Redacts = permit.View is not null,
        };

    public static Outcome Failed(Permit permit) =>
        new(Verdict.Failed, Reason.UpstreamError, permit.Mode) { Rule = permit.Rule, Pin = permit.Pin };

    /// <summary>IMDS accepts no more requests at the moment.</summary>
    public static Outcome Throttled(Permit permit) =>
        new(Verdict.Denied, Reason.RateLimited, permit.Mode) { Rule = permit.Rule, Pin = permit.Pin };
}
