using System.CommandLine;

namespace ImdsProxy.Commands.Rollout;

/// <summary><c>imds-proxy rollout</c>: from audit mode to an enforced policy, namespace by namespace.</summary>
internal static class RolloutCommand
{
    public static Command Create() => new("rollout", "Enforce a policy namespace by namespace")
    {
        RolloutStatusCommand.Create(),
        RolloutPlanCommand.Create(),
    };
}
