using System.CommandLine;
using System.Net;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Management;

namespace ImdsProxy.Commands;

/// <summary><c>imds-proxy health</c>: tells exec probes and scripts whether the proxy is ready.</summary>
internal static class HealthCommand
{
    public static Command Create()
    {
        var management = Flag.Of("--management", "Management address of the proxy: IP:PORT or unix:PATH", ManagementAddress.Parse, ManagementAddress.Default);
        var live = Flag.Switch("--live", "Check whether the proxy is alive instead of ready");
        var timeout = Flag.Of("--timeout", "Maximum time to wait for the answer", FlagValues.Duration, "2s");
        var command = new Command("health", "Check whether the proxy is ready: exit code 0, or 1 with the reasons on stderr") { management, live, timeout };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(management), parsed.GetValue(live), parsed.GetValue(timeout), Console.Error, cancellation));
        return command;
    }

    internal static async Task<int> RunAsync(EndPoint management, bool live, TimeSpan timeout, TextWriter errors, CancellationToken cancellation)
    {
        var reasons = await AskAsync(management, live, timeout, cancellation);
        foreach (var reason in reasons)
        {
            await errors.WriteLineAsync($"imds-proxy: not {(live ? "alive" : "ready")}: {reason}");
        }

        return reasons.Count == 0 ? ExitCode.Good : ExitCode.Failed;
    }

    private static async Task<IReadOnlyList<string>> AskAsync(EndPoint management, bool live, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            return await HealthProbe.AskAsync(management, live, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [$"no answer from {ManagementAddress.Text(management)} within {timeout.TotalMilliseconds} ms"];
        }
    }
}
