using System.CommandLine;
using System.Runtime.InteropServices;
using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Commands.Redirect;

namespace ImdsProxy.Commands;

/// <summary>The root command, with a subcommand per file.</summary>
internal static class RootCommandLine
{
    /// <summary>Runs a command line and returns its exit code.</summary>
    public static async Task<int> InvokeAsync(string[] args)
    {
        var root = new RootCommand("A filtering proxy for the Azure Instance Metadata Service, one per Kubernetes node.")
        {
            RedirectCommand.Create(),
            AuditCommand.Create(),
            Serve.ServeCommand.Create(),
            Demo.DemoCommand.Create(),
            Doctor.DoctorCommand.Create(),
            FakeImdsCommand.Create(),
            HealthCommand.Create(),
            PrepareCommand.Create(),
            ProveCommand.Create(),
            Uninstall.UninstallCommand.Create(),
            PolicyCommand.Create(),
            Rollout.RolloutCommand.Create(),
            ConsoleCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"imds-proxy: {error.Message}");
            }

            await Console.Error.WriteLineAsync("imds-proxy: use --help to see the usage");
            return ExitCode.Usage;
        }

        return await InvokeAsync(parsed);
    }

    // A signal asks the command to end, and the command decides how long that takes. System.CommandLine's own handling
    // would end the process after two seconds, in the middle of a drain.
    private static async Task<int> InvokeAsync(ParseResult parsed)
    {
        using var ending = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, ending.Token);

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }
    }
}
