using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.LoadTests.Stores;

/// <summary>A pod of the generated fleet.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Workload">Its workload.</param>
/// <param name="Caller">The pod as a caller.</param>
/// <param name="Address">Its address.</param>
internal sealed record StoredPod(StoredNode Node, StoredWorkload Workload, Caller.Pod Caller, IPAddress Address)
{
    /// <summary>Whether it has sent a request.</summary>
    public bool IsSeen { get; set; }
}
