using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>Where records go. One call per request; an answer leaves only after its call has returned true.</summary>
internal interface IAuditLog
{
    /// <summary>Writes a record. True once it is with the kernel; false if it could be written nowhere.</summary>
    ValueTask<bool> WriteAsync(AuditRecord record);

    /// <summary>Writes an event. True once it is with the kernel; false if it could be written nowhere.</summary>
    ValueTask<bool> WriteAsync(AuditEvent auditEvent);

    /// <summary>Why records can't be written, or null while they can.</summary>
    string? Failure { get; }
}
