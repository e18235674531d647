using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Logs;

namespace ImdsProxy.Commands.Demo;

/// <summary>The <c>demo</c> command: a token theft and its prevention, played on loopback.</summary>
internal static class DemoCommand
{
    private const string FreePort = "127.0.0.1:0";

    public static Command Create()
    {
        var listen = Flag.Of("--listen", "Address of the proxy; port 0 picks a free port", FlagValues.IpEndPoint, FreePort);
        var management = Flag.Of("--management", "Address of the management endpoint; port 0 picks a free port", FlagValues.IpEndPoint, FreePort);
        var exit = Flag.Switch("--exit", "Exit after the tour, with code 0 if every request ended as expected");
        var command = new Command("demo", "A tour on loopback: a fake IMDS, simulated pods, and the requests that the proxy allows and denies.") { listen, management, exit };
        command.SetAction((parsed, cancellation) => RunAsync(
            new DemoOptions(parsed.GetRequiredValue(listen), parsed.GetRequiredValue(management), parsed.GetValue(exit)),
            Screen.OfConsole(),
            Console.Error,
            cancellation));
        return command;
    }

    internal static async Task<int> RunAsync(DemoOptions options, Screen screen, TextWriter errors, CancellationToken cancellation)
    {
        // A closed terminal ends the demo like Ctrl+C, so its files are still removed.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            ending.Cancel();
        });
        using var logging = LoggingSetup.Create(LogFormat.Console, LogLevel.Error);
        try
        {
            var asTold = await new DemoRun(options, screen, logging).PlayAsync(ending.Token);
            return asTold ? ExitCode.Good : ExitCode.Failed;
        }
        catch (FormatException e)
        {
            await errors.WriteLineAsync($"imds-proxy: demo: {e.Message}");
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or SocketException)
        {
            await errors.WriteLineAsync($"imds-proxy: demo: {e.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }
    }
}
