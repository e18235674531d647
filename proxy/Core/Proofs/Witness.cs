using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs;

/// <summary>One concrete member of a set that a proof describes. The real decider has confirmed it.</summary>
/// <param name="Pod">A pod of the set. Names that the policies do not mention are made up.</param>
/// <param name="Request">A request of the set. Its text is the request line, <c>GET /metadata/…</c>.</param>
/// <param name="Answer">What IMDS answers with, or null if the endpoint issues no credential.</param>
public sealed record Witness(PodIdentity Pod, ImdsRequest Request, CredentialAnswer? Answer)
{
    /// <summary>The pod as the decider sees it.</summary>
    public Caller Caller => new Caller.Pod(Pod);
}
