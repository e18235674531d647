using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Logs;

namespace ImdsProxy.Commands.Demo;

/// <summary><c>demo</c>: the attack that the product ends, on loopback.</summary>
internal static class DemoCommand
{
    private const string FreePort = "127.0.0.1:0";

    public static Command Create()
    {
        var listen = Flag.Of("--listen", "Where the proxy listens; port 0 takes a free one", FlagValues.IpEndPoint, FreePort);
        var management = Flag.Of("--management", "Where its management is; port 0 takes a free one", FlagValues.IpEndPoint, FreePort);
        var exit = Flag.Switch("--exit", "End after the tour: exit 0 if all went as told");
        var command = new Command("demo", "A tour on loopback: a fake IMDS, made-up pods, and what the proxy allows and denies them.") { listen, management, exit };
        command.SetAction((parsed, cancellation) => RunAsync(
            new DemoOptions(parsed.GetRequiredValue(listen), parsed.GetRequiredValue(management), parsed.GetValue(exit)),
            Screen.OfConsole(),
            Console.Error,
            cancellation));
        return command;
    }

    internal static async Task<int> RunAsync(DemoOptions options, Screen screen, TextWriter errors, CancellationToken cancellation)
    {
        // A closed terminal ends the demo as Ctrl+C does: with its files removed.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            ending.Cancel();
        });
        using var logging = LoggingSetup.Create(LogFormat.Console, LogLevel.Error);
        try
        {
            var asTold = await new DemoRun(options, screen, logging, TimeProvider.System).PlayAsync(ending.Token);
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
