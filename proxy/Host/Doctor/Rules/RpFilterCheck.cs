using ImdsProxy.Doctor.Findings;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Whether the kernel can compare a source address with the interface that a packet came in by.</summary>
/// <param name="reader">The node's rules.</param>
/// <param name="isWanted">Whether the settings ask for it.</param>
internal sealed class RpFilterCheck(RulesReader reader, bool isWanted) : ICheck
{
    public string Name => "rpfilter";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        var (rules, reason) = await reader.ReadAsync(cancellation);
        return rules switch
        {
            null => Finding.NotApplicable(reason!),
            { Redirect: null } => Finding.NotApplicable("The redirect can't be set up on this node (see backend)."),
            _ when !isWanted => Finding.NotApplicable("Switched off by --rpfilter off (chart: redirect.rpfilter)."),
            { Redirect.Options.RpFilter: true } => Finding.Good("The kernel can tell packets with forged source addresses (module xt_rpfilter)."),
            _ => Finding.Warning(
                "The kernel lacks the match rpfilter, so a pod with NET_RAW can send requests with another pod's address.",
                "Load the module on the node (modprobe xt_rpfilter), or take the capability NET_RAW from pods."),
        };
    }
}
