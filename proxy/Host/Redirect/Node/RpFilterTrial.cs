using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>
/// Finds out whether this kernel has the rpfilter match, by writing a rule to a chain that nothing jumps to. Nothing short of a
/// commit can tell, because iptables-nft asks the kernel only then.
/// </summary>
internal static class RpFilterTrial
{
    public static async Task<bool> RunAsync(Iptables iptables, CancellationToken cancellation)
    {
        // This must work on any kernel. If it fails, iptables itself is broken, and the trial would blame the match.
        await iptables.RestoreAsync($"*raw\n:{RuleSet.TrialChain} - [0:0]\nCOMMIT\n", cancellation);
        try
        {
            await iptables.RestoreAsync($"*raw\n-A {RuleSet.TrialChain} -m rpfilter --invert -j DROP\nCOMMIT\n", cancellation);
            return true;
        }
        catch (IptablesFailure)
        {
            return false;
        }
        finally
        {
            await iptables.RestoreAsync($"*raw\n-F {RuleSet.TrialChain}\n-X {RuleSet.TrialChain}\nCOMMIT\n", cancellation);
        }
    }
}
