using System.CommandLine;
using System.CommandLine.Parsing;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Uninstall;

namespace ImdsProxy.Commands.Uninstall;

/// <summary>
/// <c>imds-proxy uninstall</c>: makes a release's redirects remove their rules, which would outlive the release, and waits until
/// every node is confirmed to be without rules. The chart runs it as a pre-delete hook.
/// </summary>
internal static class UninstallCommand
{
    public static Command Create()
    {
        var ns = Flag.Text("--namespace", "Namespace of the release");
        var daemonSet = Flag.Text("--daemonset", "DaemonSet whose redirects must remove their rules");
        var map = Flag.Text("--override-configmap", "ConfigMap mounted as the --override-dir of these redirects; this command creates or changes it, and it is deleted with the DaemonSet");
        var port = Flag.Of("--port", "Port of the proxy, which no connection reaches while the rules are in place", FlagValues.Count, "16254");
        var timeout = Flag.Of("--timeout", "Time limit for all nodes together", FlagValues.Duration, "4m");
        var kube = new KubeFlags();
        var command = new Command("uninstall", "Before a release is deleted, make its redirects remove their rules, and wait until every node is confirmed to be without rules") { ns, daemonSet, map, port, timeout };
        kube.AddTo(command);
        command.Validators.Add(result => Check(result, kube, [ns, daemonSet, map]));
        command.SetAction((parsed, cancellation) => RunAsync(
            kube.Read(parsed.CommandResult),
            new UninstallOptions(parsed.GetValue(ns)!, parsed.GetValue(daemonSet)!, parsed.GetValue(map)!, parsed.GetValue(port), parsed.GetValue(timeout)),
            cancellation));
        return command;
    }

    internal static async Task<int> RunAsync(KubeSettings settings, UninstallOptions options, CancellationToken cancellation)
    {
        using var http = KubeConnection.Open(settings);
        var client = new KubeClient(http, new KubeToken(settings.TokenFile, TimeProvider.System), TimeProvider.System);
        try
        {
            return await new RulesRemoval(client, options, PortProbe.AnswersAsync, TimeProvider.System, Console.Out.WriteLineAsync).RunAsync(cancellation)
                ? ExitCode.Good
                : ExitCode.Failed;
        }
        catch (KubeException e)
        {
            await Console.Error.WriteLineAsync($"imds-proxy: uninstall: {e.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }
    }

    private static void Check(CommandResult result, KubeFlags kube, Option<string?>[] required)
    {
        foreach (var option in required.Where(option => string.IsNullOrEmpty(result.GetValue(option))))
        {
            result.AddError($"{option.Name} is required");
        }

        try
        {
            kube.Read(result);
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
        }
    }
}
