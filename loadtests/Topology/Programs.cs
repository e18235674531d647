using System.Diagnostics;

namespace ImdsProxy.LoadTests.Topology;

/// <summary>Starts programs and waits for those that end by themselves.</summary>
internal static class Programs
{
    /// <summary>Runs a program that must succeed, and returns its stdout.</summary>
    /// <exception cref="InvalidOperationException">The program failed.</exception>
    public static async Task<string> MustAsync(IReadOnlyList<string> command, string? input = null)
    {
        using var process = Start(command);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{string.Join(' ', command)}: exit code {process.ExitCode}: {await output}{await error}");
    }

    public static Process Start(IReadOnlyList<string> command) => Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>Whether a program is on the path.</summary>
    public static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => directory.Length > 0 && File.Exists(Path.Combine(directory, program)));
}
