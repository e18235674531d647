using ImdsProxy.Core.Callers;

namespace ImdsProxy.Audit.Pods;

/// <summary>What the log states about a pod.</summary>
/// <param name="Segment">The segment in which the pod's last event is.</param>
/// <param name="State">The hash of the stated workload, or null if its event could not be written. .NET seeds it at random, so nobody can choose two workloads with the same hash.</param>
/// <param name="StatedAt">When the event was made, as a timestamp of the clock.</param>
/// <param name="Next">The pod as its next event will state it, which waits for its time; or null.</param>
/// <param name="Skipped">The number of states that were replaced while they waited.</param>
internal sealed record StatedPod(int Segment, int? State, long StatedAt, PodIdentity? Next, int Skipped)
{
    /// <summary>Whether the log states this pod in this segment, or will once its time has come.</summary>
    public bool IsOf(PodIdentity pod, int segment) => Next is null ? Segment == segment && State == StateOf(pod) : ReferenceEquals(Next, pod);

    /// <summary>Lets the next event wait. A state that was never stated and is replaced by another one is lost.</summary>
    public StatedPod Waiting(PodIdentity pod) => this with { Next = pod, Skipped = SkippedBy(pod) };

    /// <summary>The number of states that have no event if the next event states this pod.</summary>
    public int SkippedBy(PodIdentity pod) =>
        Next is not null && StateOf(Next) != StateOf(pod) && StateOf(Next) != State ? Skipped + 1 : Skipped;

    public static int StateOf(PodIdentity pod) => pod.Workload.GetHashCode();
}
