using System.Text.Json;
using ImdsProxy.Core.Demands.Suggesting;

namespace ImdsProxy.Workbench;

/// <summary>Names the reasons for which demands are left out of a suggestion.</summary>
internal static class LeftOutWords
{
    /// <summary>The name in JSON.</summary>
    public static string Name(LeftOutReason reason) => JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString());

    /// <summary>What the reason means.</summary>
    public static string Of(LeftOutReason reason) => reason switch
    {
        LeftOutReason.AlreadyAllowed => "the base allows it already",
        LeftOutReason.DeniedByRule => "a deny rule of the base, or of the policy of that time, closes it; only a change of that rule opens it",
        LeftOutReason.NodeIdentity => "the identity may be the node's own, or another workload's; the note says why",
        LeftOutReason.Late => "the workload first asked for this identity or resource long after its own first request, as an intruder does",
        LeftOutReason.FewPods => "fewer than half of the workload's asking pods ask for it, as one compromised pod does",
        LeftOutReason.TooNew => "first seen too recently",
        LeftOutReason.TooRare => "seen on too few days",
        LeftOutReason.Malformed => "the request is malformed, or its record is truncated",
        LeftOutReason.UnknownEndpoint => "IMDS is not known to have this path",
        LeftOutReason.UnknownParameter => "IMDS is not known to have this query key",
        LeftOutReason.ImdsRefused => "IMDS never answered it, so nobody needs it",
        LeftOutReason.IdentityMismatch => "IMDS answered with another identity than the one asked for",
        LeftOutReason.IdentityUnknown => "no answer tells the identity, or no alias of the base resolves the selector or the pin",
        LeftOutReason.NoResource => "the token request names no resource, so a rule would have to allow any",
        LeftOutReason.Probe => "a probe without the header needs no rule",
        LeftOutReason.Attested => "the answer attests the node to third parties",
        LeftOutReason.Certificate => "the certificate is good for any resource of its identity",
        LeftOutReason.ApprovesEvents => "it approves scheduled events, which acts on the node",
        LeftOutReason.CallerUnknown => "the caller is not a known pod",
        _ => "the workload had more demands than are kept; the rest is folded",
    };
}
