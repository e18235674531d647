namespace ImdsProxy.Audit.Settings;

/// <summary>What happens when the audit directory can't be written.</summary>
internal enum AuditOnError
{
    /// <summary>Records go to stdout until the directory can be written again.</summary>
    Stdout,

    /// <summary>No record is written, so nothing that needs one leaves.</summary>
    Deny,
}
