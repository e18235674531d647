using ImdsProxy.Core.Policy;

namespace ImdsProxy.PolicySource;

/// <summary>Hears of each change of the policy: logs, counts, and records it.</summary>
internal interface IPolicyObserver
{
    Task LoadedAsync(PolicyDocument? before, PolicyDocument now, PolicyLoad load, ReadOnlyMemory<byte> content, string source);

    Task RefusedAsync(PolicyLoad load, string source);
}
