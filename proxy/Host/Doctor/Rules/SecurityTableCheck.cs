using ImdsProxy.Doctor.Findings;
using ImdsProxy.Redirect.Node;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Whether the kernel has the table <c>security</c>, which holds the second guard.</summary>
internal sealed class SecurityTableCheck(RulesReader reader, RunProgram run) : ICheck
{
    private const string Table = "security";

    public string Name => "security-table";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        var (rules, reason) = await reader.ReadAsync(cancellation);
        if (rules?.Redirect is not { } redirect)
        {
            return Finding.NotApplicable(reason ?? "The redirect can't be set up on this node (see backend).");
        }

        return redirect.Found.Chains.Any(static c => c.Table == Table) || await HasTableAsync(rules, cancellation)
            ? Finding.Good("The kernel has the table security, which holds the second guard.")
            : Finding.Broken("The kernel lacks the table security, so the redirect's rules can't be put in place.", "Load the module on the node: modprobe iptable_security.");
    }

    private async Task<bool> HasTableAsync(NodeRules rules, CancellationToken cancellation)
    {
        var program = rules.Redirect!.Backend == rules.Nft.Name ? rules.Nft.Program : rules.Legacy.Program;
        return await run(program!, ["-w", "5", "-t", Table, "-S", "FORWARD"], null, cancellation) is { ExitCode: 0 };
    }
}
