using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.PolicySource;

/// <summary>Hears of each change of the policy: logs, counts, and records it.</summary>
internal interface IPolicyObserver
{
    Task LoadedAsync(PolicyDocument? before, PolicyDocument now, PolicyLoad load, ReadOnlyMemory<byte> content, string source);

    Task RefusedAsync(PolicyLoad load, string source);

    /// <summary>The source was deleted together with its release; the policy in force stays until the proxy ends.</summary>
    Task GoneAsync(string source);
}
