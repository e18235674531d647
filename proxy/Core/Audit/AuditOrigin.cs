namespace ImdsProxy.Core.Audit;

/// <summary>Which process a record comes from; the same on each of its lines.</summary>
/// <param name="Cluster">The cluster's name, or null where none was given.</param>
/// <param name="Node">The node's name, or null where none was given.</param>
/// <param name="Instance">Four hex digits that tell two processes on one node apart.</param>
public sealed record AuditOrigin(string? Cluster, string? Node, string Instance);
