using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>A pod that made requests.</summary>
/// <param name="Mark">The hash of the pod's name and uid as lines have them; empty if the pod is not left out of masked lines.</param>
/// <param name="Hash">The <see cref="StableHash"/> of the pod's uid, or of its name in records without a uid.</param>
/// <param name="Name">The pod's name, or null.</param>
internal sealed record SeenPod(LineHash Mark, ulong Hash, string? Name);
