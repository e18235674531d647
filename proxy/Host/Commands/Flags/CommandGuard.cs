namespace ImdsProxy.Commands.Flags;

/// <summary>The end of a command whose input is wrong.</summary>
internal static class CommandGuard
{
    /// <summary>Runs a command; a wrong input is reported in one line, with the exit code of wrong usage.</summary>
    /// <param name="name">The command's name, with which messages begin.</param>
    /// <param name="run">The command.</param>
    /// <param name="errors">Receives messages.</param>
    public static async Task<int> RunAsync(string name, Func<Task<int>> run, TextWriter errors)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or HttpRequestException)
        {
            await errors.WriteLineAsync($"imds-proxy: {name}: {e.Message}");
            return ExitCode.Usage;
        }
    }
}
