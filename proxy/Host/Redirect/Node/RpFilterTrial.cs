using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>
/// Tries whether this kernel has the rpfilter match, in a chain that nothing jumps to. Only a real commit tells:
/// iptables-nft asks the kernel then and not before.
/// </summary>
internal static class RpFilterTrial
{
    public static async Task<bool> RunAsync(Iptables iptables, CancellationToken cancellation)
    {
        // Without the match this must work; if not, iptables as a whole is ill and the trial would tell a lie.
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
