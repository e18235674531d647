using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;

namespace ImdsProxy.Core.Proofs;

/// <summary>A set that was found: boxes of workloads for which the same cells of requests were found.</summary>
/// <param name="Requests">The requests in words.</param>
/// <param name="Cell">The cell of the first box that is easiest to understand.</param>
internal sealed record Found(string Requests, IRequestCell Cell)
{
    /// <summary>The boxes, in the order in which they were found.</summary>
    public List<WorkloadBox> Boxes { get; } = [];

    /// <summary>The workloads in words.</summary>
    public string Workloads => WorkloadBoxText.Of(Boxes);
}
