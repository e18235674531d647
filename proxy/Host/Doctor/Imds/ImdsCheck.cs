using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;

namespace ImdsProxy.Doctor.Imds;

/// <summary>Whether the node reaches IMDS, and whether IMDS throttles it.</summary>
internal sealed class ImdsCheck(Place place, ImdsQuestion question) : ICheck
{
    private const int TooMany = 429;
    private const string Limits = "IMDS allows a VM 5 requests/s, and for tokens 20/s, 5 of them at once";

    public string Name => "imds";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        if (!place.OnNode)
        {
            return Finding.NotApplicable("In an ordinary pod the proxy answers, not IMDS; see path.");
        }

        var answer = await question.AskAsync(cancellation);
        return answer.Status switch
        {
            _ when answer.FromProxy => Finding.NotApplicable("The proxy answered, not IMDS, because it sees pods on hostNetwork, this one included. Run doctor in the container proxy: its requests go to IMDS directly."),
            200 => Finding.Good($"IMDS answers this node in {answer.Took.TotalMilliseconds:0} ms, and does not throttle it."),
            TooMany => Finding.Warning(
                $"IMDS throttles this node (429): {Limits}.",
                "Find the callers: imds-proxy audit stats DIRECTORY --by pod. The proxy shares the limits among pods (proxy.upstreamLimits) and caches tokens (proxy.tokenCache)."),
            { } status => Finding.Broken($"IMDS answers this node with status {status}, where 200 is expected.", "Another program may answer in IMDS's place; see guest-proxy-agent. Otherwise the VM's platform is at fault: open a support request with Azure."),
            null => Finding.Broken(
                $"This node can't reach IMDS at {question.Address}: {answer.Failure}.",
                "Look at guest-proxy-agent and systemd-imds above, and at rules of the node's firewall for its own traffic: iptables -S OUTPUT."),
        };
    }
}
