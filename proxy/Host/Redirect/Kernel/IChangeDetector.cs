using System.Collections.Immutable;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>
/// Asks the kernel directly whether rules changed, which costs far less than listing them with iptables. A detector never decides
/// which rules are wrong. If a method returns null, the kernel gave no usable answer, and iptables must be used.
/// </summary>
internal interface IChangeDetector
{
    /// <summary>Whether every change of a rule changes the version.</summary>
    bool SeesEveryChange { get; }

    /// <summary>A number that changes with the rules of any table. Cheap enough to query twice a second.</summary>
    UInt128? Version();

    /// <summary>Reads the given chains and the built-in chains that jump to them.</summary>
    ChainsFingerprint? Fingerprint(ImmutableArray<ManagedChain> chains);
}
