using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>Replays the demands of a log through the decider.</summary>
public static class PolicySimulation
{
    /// <summary>Tells what a policy would change.</summary>
    /// <param name="table">The demands.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="asWritten">Whether the policy's modes count. Otherwise it is replayed as if all of it were enforced.</param>
    /// <param name="against">The policy to compare with, replayed in the same way; null compares with what was recorded.</param>
    public static SimulationResult Run(DemandTable table, PolicyDocument policy, bool asWritten = false, PolicyDocument? against = null) =>
        throw new NotSupportedException();
}
