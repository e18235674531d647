namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>A workload. Its rows follow.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="ServiceAccount">The service account.</param>
/// <param name="Earliest">The first line in the whole log, in ticks.</param>
/// <param name="Requests">The requests in the time range.</param>
/// <param name="Folded">The requests of rows that are not kept.</param>
/// <param name="Pods">The sample of its pods: pairs of hash and count.</param>
internal sealed record CarriedWorkload(string Namespace, string ServiceAccount, long Earliest, long Requests, long Folded, ulong[] Pods);
