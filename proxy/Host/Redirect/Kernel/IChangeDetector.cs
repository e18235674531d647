using System.Collections.Immutable;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>
/// Asks the kernel directly whether rules changed, which costs far less than listing them with iptables. It never decides
/// what is wrong with them. Null means that it could not tell: then iptables has to be asked.
/// </summary>
internal interface IChangeDetector
{
    /// <summary>Whether every change of a rule gives another version.</summary>
    bool SeesEveryChange { get; }

    /// <summary>A number that changes with the rules of all tables, cheap enough to ask twice a second.</summary>
    UInt128? Version();

    /// <summary>Looks at the built-in chains that the given chains are jumped to from, and at those chains.</summary>
    ChainsFingerprint? Fingerprint(ImmutableArray<ManagedChain> chains);
}
