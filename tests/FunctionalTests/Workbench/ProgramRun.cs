using System.Diagnostics;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Workbench;

/// <summary>Runs a command of the program to its end.</summary>
internal static class ProgramRun
{
    public static async Task<(int Exit, string Output, string Errors)> OfAsync(params string[] arguments)
    {
        var start = ImdsProxyProgram.StartInfo(arguments);
        start.WorkingDirectory = AppContext.BaseDirectory;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
