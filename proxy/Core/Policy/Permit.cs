using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy;

/// <summary>
/// Leave to send one request. Only a policy makes it, and only with it can a request be forwarded.
/// </summary>
public sealed class Permit : Decision
{
    internal Permit(Caller caller, ImdsRequest request, string? rule, PolicyMode mode, Denial? shadow)
        : base(caller, request, shadow?.Reason ?? Reason.Rule, shadow is null ? rule : shadow.Rule, mode) =>
        Shadow = shadow;

    /// <summary>The denial that audit mode lifted, or null where the policy allows the request.</summary>
    public Denial? Shadow { get; }
}
