using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.PolicySource;

/// <summary>Called at each change of the policy. An observer implements only the methods that it needs.</summary>
internal interface IPolicyObserver
{
    /// <summary>A document has come into force.</summary>
    Task LoadedAsync(PolicyDocument? before, PolicyDocument now, PolicyLoad load, ReadOnlyMemory<byte> content, string source) => Task.CompletedTask;

    /// <summary>A document has errors; the policy in force does not change.</summary>
    Task RefusedAsync(PolicyLoad load, string source) => Task.CompletedTask;

    /// <summary>The source was deleted together with its release; the policy stays in force until the proxy ends.</summary>
    Task GoneAsync(string source) => Task.CompletedTask;
}
