using ImdsProxy.Doctor.Findings;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Which implementation of iptables the node uses, and whether it works.</summary>
internal sealed class BackendCheck(RulesReader reader) : ICheck
{
    public string Name => "backend";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        var (rules, reason) = await reader.ReadAsync(cancellation);
        return rules switch
        {
            null => Finding.NotApplicable(reason!),
            { Redirect: null } => Finding.Broken($"The redirect can't be set up on this node: {rules.Refusal}.", "Follow the message; `imds-proxy redirect apply --help` explains the flags."),
            { Redirect.Other: not null } => Finding.Warning(
                $"The node uses iptables {rules.Redirect.Backend} ({rules.Redirect.Why}), but the other backend holds rules of ImdsProxy too.",
                "Restart the container redirect: at its start, it removes the rules in the other backend."),
            _ => Finding.Good($"The node uses iptables {rules.Redirect.Backend}: {rules.Redirect.Why}."),
        };
    }
}
