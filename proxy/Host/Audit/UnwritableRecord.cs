using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>Stands in a batch for a record that could not be put into words, so that it alone counts as not written.</summary>
/// <param name="Told">What the log says in its place.</param>
internal sealed record UnwritableRecord(AuditEvent Told);
