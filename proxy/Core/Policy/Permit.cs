using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy;

/// <summary>
/// Leave to send one request, <see cref="Decision.Request"/>, which may name an identity that the caller's did not. Only
/// a policy makes it, and only with it can a request be forwarded.
/// </summary>
public sealed class Permit : Decision
{
    internal Permit(Caller caller, ImdsRequest request, string? rule, PolicyMode mode, Denial? shadow)
        : base(caller, request, shadow?.Reason ?? Reason.Rule, shadow is null ? rule : shadow.Rule, mode) =>
        Shadow = shadow;

    /// <summary>The denial that audit mode lifted, or null where the policy allows the request.</summary>
    public Denial? Shadow { get; }

    /// <summary>The identity, as the policy names it, that the permission pins; or null. Audit mode pins nothing: <see cref="IsPinned"/>.</summary>
    public string? Pin { get; internal init; }

    /// <summary>Whether <see cref="Decision.Request"/> names the pinned identity.</summary>
    public bool IsPinned => Pin is not null && Mode == PolicyMode.Enforce;

    /// <summary>What may be seen of the answer, or null for all of it. Audit mode hides nothing: <see cref="IsRedacted"/>.</summary>
    public DocumentView? View { get; internal init; }

    /// <summary>Whether <see cref="View"/> has to be applied.</summary>
    public bool IsRedacted => View is not null && Mode == PolicyMode.Enforce;
}
