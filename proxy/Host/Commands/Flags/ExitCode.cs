namespace ImdsProxy.Commands.Flags;

/// <summary>The exit codes of all commands.</summary>
internal static class ExitCode
{
    public const int Good = 0;

    public const int Failed = 1;

    /// <summary>Wrong usage or configuration.</summary>
    public const int Usage = 2;
}
