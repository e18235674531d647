using ImdsProxy.Core.Audit;

namespace ImdsProxy.Redirect;

/// <summary>Puts an event into the audit log.</summary>
internal delegate ValueTask WriteEvent(AuditEvent auditEvent);
