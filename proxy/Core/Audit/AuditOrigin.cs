namespace ImdsProxy.Core.Audit;

/// <summary>The process that writes records. All of its lines have the same origin.</summary>
/// <param name="Cluster">The cluster's name, or null if none is configured.</param>
/// <param name="Node">The node's name, or null if none is configured.</param>
/// <param name="Instance">Four hex digits that distinguish processes on the same node.</param>
public sealed record AuditOrigin(string? Cluster, string? Node, string Instance);
