using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Forward;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Serving;

/// <summary>Evicts the cached credentials that a new policy does not permit to any caller.</summary>
internal sealed class ForbiddenAnswers(Forwarder forwarder) : IPolicyObserver
{
    public Task LoadedAsync(PolicyDocument? before, PolicyDocument now, PolicyLoad load, ReadOnlyMemory<byte> content, string source)
    {
        forwarder.EvictForbidden();
        return Task.CompletedTask;
    }
}
