namespace ImdsProxy.Commands.Flags;

/// <summary>The exit codes of all commands.</summary>
internal static class ExitCode
{
    public const int Good = 0;

    public const int Failed = 1;

    /// <summary>Wrong usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>The answer is incomplete, and says so.</summary>
    public const int Partial = 3;

    /// <summary>An internal check failed, so nothing in the answer can be believed.</summary>
    public const int Disagreement = 4;
}
