using System.Diagnostics;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Upgrade;

/// <summary>Runs commands of this version until they exit.</summary>
internal static class Commands
{
    public static async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(ImdsProxyProgram.StartInfo(arguments))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
