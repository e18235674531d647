using System.CommandLine;
using System.Net;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Management;

namespace ImdsProxy.Commands;

/// <summary><c>imds-proxy health</c>: whether the proxy is ready, for exec probes and scripts.</summary>
internal static class HealthCommand
{
    public static Command Create()
    {
        var management = Flag.Of("--management", "The proxy's management address: IP:PORT or unix:PATH", ManagementAddress.Parse, ManagementAddress.Default);
        var live = Flag.Switch("--live", "Ask whether it is alive rather than ready");
        var timeout = Flag.Of("--timeout", "How long to wait for its answer", FlagValues.Duration, "2s");
        var command = new Command("health", "Tell whether the proxy is ready: exit 0, or 1 with the reasons on stderr") { management, live, timeout };
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
