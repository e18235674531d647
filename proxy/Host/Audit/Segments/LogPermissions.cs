namespace ImdsProxy.Audit.Segments;

/// <summary>
/// Permissions of the log's files and directories. The records name identities and workloads, so only the log's group may read
/// them, and other users cannot even list the names.
/// </summary>
internal static class LogPermissions
{
    public const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    public const UnixFileMode Directory = File | UnixFileMode.UserExecute | UnixFileMode.GroupExecute;
}
