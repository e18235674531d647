using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>Takes one record per request. An answer leaves only after the call for its record has returned true.</summary>
internal interface IAuditLog
{
    /// <summary>Writes a record. Returns true once the kernel has it, and false if it could not be written to any output.</summary>
    ValueTask<bool> WriteAsync(AuditRecord record);

    /// <summary>Writes an event. Returns true once the kernel has it, and false if it could not be written to any output.</summary>
    ValueTask<bool> WriteAsync(AuditEvent auditEvent);

    /// <summary>The reason why records cannot be written, or null while they can.</summary>
    string? Failure { get; }
}
