using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Redirect.Kernel;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Whether the kernel's native nftables has NAT and sets with time-outs, which interception of the node's own traffic needs.</summary>
internal sealed class NfTablesCheck(Place place, Func<NfTablesTrial> trial) : ICheck
{
    public string Name => "nf-tables";

    public Task<Finding> RunAsync(CancellationToken cancellation) => Task.FromResult(Run());

    private Finding Run()
    {
        if (!place.OnNode)
        {
            return Finding.NotApplicable("An ordinary pod can't ask about the node's kernel.");
        }

        try
        {
            return trial() switch
            {
                { Nat: true, TimedSets: true } => Finding.Good("The kernel's native nftables has NAT and sets with time-outs."),
                { Nat: false } => Lacks("NAT", "nft_chain_nat"),
                _ => Lacks("sets with time-outs", "nf_tables"),
            };
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return Finding.NotApplicable($"The kernel can't be asked here ({e.Message}); run doctor in the container redirect, or as root.");
        }
    }

    private static Finding Lacks(string what, string module) => Finding.Warning(
        $"The kernel's native nftables lacks {what}. Ordinary pods are guarded all the same; hostNetwork pods can't be.",
        $"Load the module on the node: modprobe {module}.");
}
