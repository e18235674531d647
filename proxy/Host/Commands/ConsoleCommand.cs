using System.CommandLine;
using System.Diagnostics;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Commands.Sources;
using ImdsProxy.Sources;
using ImdsProxy.WebConsole;

namespace ImdsProxy.Commands;

/// <summary><c>imds-proxy console</c>: serves the console's page until it is ended.</summary>
internal static class ConsoleCommand
{
    private const string Name = "console";

    public static Command Create()
    {
        var from = new Argument<string[]>("FROM") { Description = "Directories of segments or files; without any, the directory in IMDS_PROXY_AUDIT_DIR", Arity = ArgumentArity.ZeroOrMore };
        var sources = new SourceFlags();
        var policy = Flag.Text("--policy", $"The policy in force. {PolicyInput.Forms}");
        var port = Flag.Of("--port", "The port on 127.0.0.1; 0 takes a free one", FlagValues.Port, "0");
        var open = Flag.Switch("--open", "Open the page in the browser");
        var command = new Command("console", "Serve a page about the log and the policy on 127.0.0.1: who uses what, what would break, and records as they are written") { from, policy, port, open };
        sources.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return CommandGuard.RunAsync(
                Name, () => RunAsync(sources.Read(parsed, parsed.GetValue(from) ?? []), parsed.GetValue(policy), parsed.GetValue(port), parsed.GetValue(open), output, cancellation), errors);
        });
        return command;
    }

    private static async Task<int> RunAsync(IAuditSource source, string? policy, int port, bool isToOpen, TextWriter output, CancellationToken cancellation)
    {
        if (source.ReadsStdin)
        {
            throw new FormatException("the console reads the log again and again, which it can't do with stdin: name a directory or files");
        }

        await using var server = await ConsoleServer.StartAsync(port, source, policy, TimeProvider.System, cancellation);
        var url = server.NewUrl();
        await output.WriteLineAsync($"Console: {url}\nThe URL is good for one browser tab, for ten minutes. Enter prints another one, Ctrl+C ends the console.");
        if (isToOpen)
        {
            using var browser = Process.Start(new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [url]));
        }

        _ = Task.Run(() => PrintUrlsAsync(server, output, cancellation), CancellationToken.None);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Good;
    }

    // Reading a terminal can't be cancelled, so this task ends with the process.
    private static async Task PrintUrlsAsync(ConsoleServer server, TextWriter output, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && await Console.In.ReadLineAsync(cancellation) is not null)
        {
            await output.WriteLineAsync(server.NewUrl());
        }
    }
}
