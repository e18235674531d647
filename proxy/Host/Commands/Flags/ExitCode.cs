namespace ImdsProxy.Commands.Flags;

/// <summary>What a command's end says to a script.</summary>
internal static class ExitCode
{
    public const int Good = 0;

    public const int Failed = 1;

    /// <summary>Wrong usage or configuration.</summary>
    public const int Usage = 2;
}
