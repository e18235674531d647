using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy;

/// <summary>
/// Permission to send one request, <see cref="Decision.Request"/>. That request may name an identity that the caller's own
/// request did not name. Only a policy creates a permit, and no request is forwarded without one.
/// </summary>
public sealed class Permit : Decision
{
    internal Permit(Caller caller, ImdsRequest request, string? rule, PolicyMode mode, Denial? shadow)
        : base(caller, request, shadow?.Reason ?? Reason.Rule, shadow is null ? rule : shadow.Rule, mode) =>
        Shadow = shadow;

    /// <summary>The denial that audit mode lifted, or null if the policy allows the request.</summary>
    public Denial? Shadow { get; }

    /// <summary>The identity that the permission pins, as the policy names it, or null. Audit mode pins nothing: see <see cref="IsPinned"/>.</summary>
    public string? Pin { get; internal init; }

    /// <summary>Whether <see cref="Decision.Request"/> names the pinned identity.</summary>
    public bool IsPinned => Pin is not null && Mode == PolicyMode.Enforce;

    /// <summary>The part of the answer that the caller may see, or null for all of it. Audit mode hides nothing: see <see cref="IsRedacted"/>.</summary>
    public DocumentView? View { get; internal init; }

    /// <summary>Whether <see cref="View"/> must be applied.</summary>
    public bool IsRedacted => View is not null && Mode == PolicyMode.Enforce;
}
