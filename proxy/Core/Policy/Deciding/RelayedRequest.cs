using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>
/// Decides requests whose headers show that they were relayed. A workload's own client asks IMDS directly, so a relayed
/// request probably comes from a server that was tricked into sending it (SSRF). Enforce mode denies it; audit mode records
/// it. No permission overrides this.
/// </summary>
internal static class RelayedRequest
{
    /// <summary>The decision. A denial is returned unchanged.</summary>
    /// <param name="request">The request.</param>
    /// <param name="otherwise">The decision on the same request without the header. Its request may name the pinned identity.</param>
    public static Decision Of(ImdsRequest request, Decision otherwise)
    {
        if (otherwise is not Permit { Shadow: null } permit)
        {
            return otherwise;
        }

        var denial = new Denial(permit.Caller, request, Reason.BadRequest, null, permit.Mode);
        return permit.Mode == PolicyMode.Enforce
            ? denial
            : new Permit(permit.Caller, permit.Request, permit.Rule, permit.Mode, denial) { Pin = permit.Pin, View = permit.View };
    }
}
