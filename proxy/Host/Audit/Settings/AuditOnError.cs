namespace ImdsProxy.Audit.Settings;

/// <summary>Where records go while the audit directory cannot be written.</summary>
internal enum AuditOnError
{
    /// <summary>Records go to stdout until the directory can be written again.</summary>
    Stdout,

    /// <summary>No record is written, so no answer that needs a record leaves.</summary>
    Deny,
}
