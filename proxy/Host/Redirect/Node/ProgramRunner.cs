using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;

namespace ImdsProxy.Redirect.Node;

/// <summary>Runs the node's programs.</summary>
internal static class ProgramRunner
{
    // iptables waits up to five seconds for its own lock (-w 5). A program that takes three times as long is considered hung.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public static async Task<ProgramResult?> RunAsync(
        string program, ImmutableArray<string> arguments, string? input, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        if (Start(program, arguments) is not { } process)
        {
            return null;
        }

        using (process)
        {
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(limit.Token);
                var error = process.StandardError.ReadToEndAsync(limit.Token);
                await WriteAsync(process, input, limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return new ProgramResult(process.ExitCode, await output, await error);
            }
            catch (OperationCanceledException e)
            {
                process.Kill();
                cancellation.ThrowIfCancellationRequested();
                throw new TimeoutException($"{program} did not finish within {Limit.TotalSeconds:0} s", e);
            }
        }
    }

    private static Process? Start(string program, ImmutableArray<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The code compares error messages with their English text.
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static async Task WriteAsync(Process process, string? input, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input. Its exit code and message give the reason.
        }
    }
}
