namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>Labels of pods.</summary>
/// <param name="Limit">The largest hash that is kept.</param>
/// <param name="Hashes">The pods.</param>
/// <param name="Texts">The labels of each pod, as <see cref="Reducing.PodLabels"/> keeps them.</param>
internal sealed record CarriedLabels(ulong Limit, ulong[] Hashes, string[] Texts);
