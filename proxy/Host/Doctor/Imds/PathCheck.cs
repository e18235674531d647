using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;

namespace ImdsProxy.Doctor.Imds;

/// <summary>Whether a pod's requests to IMDS reach the proxy.</summary>
internal sealed class PathCheck(Place place, PodProbe probe) : ICheck
{
    public string Name => "path";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        if (place.OnNode)
        {
            return Finding.NotApplicable("Only an ordinary pod's requests are redirected; helm test makes this check in one.");
        }

        // A repeated parameter is malformed in both modes, and IMDS's own error for it has a different text.
        var answer = await probe.AskAsync("/metadata/instance?api-version=2021-02-01&api-version=2021-02-01", cancellation);
        return answer switch
        {
            _ when answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal) && answer.Contains("\"bad_request\"", StringComparison.Ordinal) =>
                Finding.Good("This pod's requests to IMDS reach the proxy."),
            "" => Finding.Broken(
                "This pod's requests to IMDS get no answer: the proxy on this node is down, or its packets are dropped.",
                "Run doctor in the containers redirect and proxy of this node; a NetworkPolicy that denies egress can be the cause too (docs/install-aks.md)."),
            _ => Finding.Broken(
                "This pod's requests to IMDS do not reach the proxy: something else answers them.",
                "Run doctor in the container redirect of this node, which shows the rules.").Listing([$"the answer began with: {answer.Split('\r', '\n')[0]}"]),
        };
    }
}
