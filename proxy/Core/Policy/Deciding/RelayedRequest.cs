using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>
/// What is decided for a request whose headers say that somebody relays it. A workload's client asks IMDS itself, so a
/// relayed request is likely a server's that was tricked into it (SSRF): denied where the caller is enforced, recorded in
/// audit mode. No permission lifts it.
/// </summary>
internal static class RelayedRequest
{
    /// <summary>The decision. A denial stays as it is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="otherwise">What would be decided if nobody relayed it; its request may name the identity that it pins.</param>
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
