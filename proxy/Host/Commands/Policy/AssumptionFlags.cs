using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Commands.Policy;

/// <summary>The flags that say which modes a proof assumes.</summary>
internal sealed class AssumptionFlags
{
    private readonly Option<bool> _asWritten;
    private readonly Option<bool> _assumeOverride = Flag.Switch("--assume-override", "Assume that break glass is active: only rules with \"mode\": \"enforce\" are enforced");

    /// <param name="otherwise">What holds without these flags.</param>
    public AssumptionFlags(string otherwise = "without it, everything is taken as enforced") =>
        _asWritten = Flag.Switch("--as-written", $"Honour the policy's modes and mode lists; {otherwise}");

    public void AddTo(Command command)
    {
        command.Options.Add(_asWritten);
        command.Options.Add(_assumeOverride);
    }

    /// <summary>The modes that a proof assumes.</summary>
    public Assumption Read(ParseResult flags) => ReadGiven(flags) ?? Assumption.Enforced;

    /// <summary>The modes that were asked for, or null.</summary>
    public Assumption? ReadGiven(ParseResult flags) =>
        flags.GetValue(_assumeOverride) ? Assumption.Override
        : flags.GetValue(_asWritten) ? Assumption.AsWritten
        : null;
}
