using System.Collections.Immutable;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Sees nothing, so iptables is asked each time.</summary>
internal sealed class NoEye : IRulesEye
{
    public bool SeesEveryChange => false;

    public UInt128? Version() => null;

    public RulesGlance? Look(ImmutableArray<OwnChain> chains) => null;
}
