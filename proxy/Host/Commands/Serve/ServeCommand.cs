using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Runtime;
using ImdsProxy.Serving;

namespace ImdsProxy.Commands.Serve;

/// <summary><c>serve</c>: runs the node proxy until it is stopped.</summary>
internal static class ServeCommand
{
    // Added to the drain time, for the last writes to the audit log.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(8);

    public static Command Create()
    {
        var command = new Command("serve", "Run the node proxy: it identifies the caller of each request, forwards or denies it, and records it.");
        var flags = new ServeFlags();
        flags.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            OutOfMemory.EndsProcess();
            InlineSockets.Use();
            ShortPauses.Use();
            FreedMemory.Return();
            using var logging = flags.Logging(parsed);
            var options = flags.Read(parsed);
            LastResort.Arm(options.DrainTimeout + Grace, cancellation);
            return await RunAsync(options, logging, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(ServeOptions options, ILoggerFactory logging, CancellationToken cancellation)
    {
        try
        {
            await using var proxy = await NodeProxy.StartAsync(options, logging, TimeProvider.System, cancellation);
            using var forget = ForgetSignal.Register(proxy, logging.CreateLogger(typeof(ForgetSignal).FullName!));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCode.Good;
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync($"imds-proxy: serve: {e.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Good;
        }
    }
}
