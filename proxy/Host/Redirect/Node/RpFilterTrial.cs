using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>
/// Finds out whether this kernel has the rpfilter match, by writing a rule to a chain that nothing jumps to. Only a commit can
/// tell, because iptables-nft does not ask the kernel earlier.
/// </summary>
internal static class RpFilterTrial
{
    public static async Task<bool> RunAsync(Iptables iptables, CancellationToken cancellation)
    {
        // This step must work on any kernel. If it failed inside the trial, the trial would blame the match, although iptables
        // itself is broken.
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
