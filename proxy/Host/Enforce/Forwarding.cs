using ImdsProxy.Core.Policy;
using ImdsProxy.Forward;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Enforce;

/// <summary>Carries out a permit: sends the request to IMDS, with a gate that decides again, records the answer, and releases it.</summary>
internal sealed class Forwarding(Forwarder forwarder, ActivePolicy policy, ForwardingEnd end, TimeProvider time)
{
    private readonly WholeRelease _whole = new(policy, end, time);

    public Task SendAsync(Exchange exchange, Permit permit, ReadOnlyMemory<byte> body)
    {
        exchange.Sent();
        return forwarder.SendAsync(
            exchange.Context, exchange.Key, permit, body, new ReleaseGate(exchange, permit, policy, _whole, end));
    }
}
