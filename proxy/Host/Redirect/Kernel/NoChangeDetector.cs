using System.Collections.Immutable;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Detects nothing, so every check lists the rules with iptables.</summary>
internal sealed class NoChangeDetector : IChangeDetector
{
    public bool SeesEveryChange => false;

    public UInt128? Version() => null;

    public ChainsFingerprint? Fingerprint(ImmutableArray<ManagedChain> chains) => null;
}
