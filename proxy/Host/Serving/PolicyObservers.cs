using ImdsProxy.Core.Policy;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Serving;

/// <summary>Forgets what a new policy forbids, then tells of it.</summary>
internal sealed class PolicyObservers(Action forget, IPolicyObserver next) : IPolicyObserver
{
    public Task LoadedAsync(PolicyDocument? before, PolicyDocument now, PolicyLoad load, ReadOnlyMemory<byte> content, string source)
    {
        forget();
        return next.LoadedAsync(before, now, load, content, source);
    }

    public Task RefusedAsync(PolicyLoad load, string source) => next.RefusedAsync(load, source);

    public Task GoneAsync(string source) => next.GoneAsync(source);
}
