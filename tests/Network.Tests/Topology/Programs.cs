using System.Diagnostics;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>Starts programs and waits until they exit.</summary>
internal static class Programs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<Finished> RunAsync(IReadOnlyList<string> command, string? input = null)
    {
        using var process = Start(command);
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new Finished(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"did not end: {string.Join(' ', command)}", e);
        }
    }

    /// <summary>Runs a program that must succeed.</summary>
    public static async Task<string> MustAsync(IReadOnlyList<string> command, string? input = null)
    {
        var finished = await RunAsync(command, input);
        return finished.ExitCode == 0
            ? finished.Output
            : throw new InvalidOperationException($"{string.Join(' ', command)}: exit code {finished.ExitCode}: {finished.All}");
    }

    public static Process Start(IReadOnlyList<string> command) => Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
