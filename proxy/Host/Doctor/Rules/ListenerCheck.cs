using System.Net;
using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Whether the proxy listens where the redirect sends pods' connections.</summary>
/// <param name="place">Where the doctor runs.</param>
/// <param name="listener">The proxy's address. If the node's own address is not known, all addresses.</param>
/// <param name="isListening">Whether anything listens on an address and a port of the node.</param>
internal sealed class ListenerCheck(Place place, IPEndPoint listener, Func<IPAddress, int, bool> isListening) : ICheck
{
    public string Name => "listener";

    public Task<Finding> RunAsync(CancellationToken cancellation) => Task.FromResult(
        !place.OnNode ? Finding.NotApplicable("An ordinary pod can't see what listens on the node.")
        : isListening(listener.Address, listener.Port) ? Finding.Good($"The proxy listens on port {listener.Port}.")
        : Finding.Broken($"Nothing listens on port {listener.Port}, so pods' requests to IMDS get no answer.", "Start the proxy, or see why it stopped: kubectl -n imds-proxy logs $POD -c proxy --previous."));
}
