using System.Collections.Immutable;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Sees nothing, so iptables is asked each time.</summary>
internal sealed class NoChangeDetector : IChangeDetector
{
    public bool SeesEveryChange => false;

    public UInt128? Version() => null;

    public ChainsFingerprint? Fingerprint(ImmutableArray<ManagedChain> chains) => null;
}
