using ImdsProxy.Core.Audit;

namespace ImdsProxy.Redirect;

/// <summary>Writes an event to the audit log.</summary>
internal delegate ValueTask WriteEvent(AuditEvent auditEvent);
