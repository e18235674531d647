using System.CommandLine;

namespace ImdsProxy.Commands;

/// <summary><c>audit</c>: what reads the audit log.</summary>
internal static class AuditCommand
{
    public static Command Create() => new("audit", "Searches, counts and verifies the audit log")
    {
        AuditSearchCommand.Create(),
        AuditVerifyCommand.Create(),
    };
}
