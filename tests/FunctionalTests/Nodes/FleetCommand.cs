using System.Diagnostics;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.Fleet;
using Xunit;

namespace ImdsProxy.FunctionalTests.Nodes;

/// <summary>Runs commands as a user of a simulated cluster.</summary>
internal static class FleetCommand
{
    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(this SimulatedFleet fleet, params string[] arguments) =>
        await EndAsync(fleet.Command(arguments));

    public static async Task<(int Code, string Output, string Errors)> EndAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Skips the test with a reason if kubectl can't be installed.</summary>
    public static async Task RequireKubectlAsync()
    {
        if (await RealKubectl.MissingAsync() is { } missing)
        {
            Assert.Skip(missing);
        }
    }

    public static string[] Lines(this string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
