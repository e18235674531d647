using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Audit;

/// <summary>The event <c>pod-seen</c>: a caller as the policy sees it, with all labels.</summary>
/// <param name="Timestamp">When its request arrived, or when the event was due.</param>
/// <param name="Pod">The pod.</param>
/// <param name="Skipped">The number of states since the pod's previous event that have no event, because they changed too fast.</param>
public sealed record PodSeen(DateTimeOffset Timestamp, PodIdentity Pod, int Skipped);
