using System.CommandLine;
using System.CommandLine.Parsing;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Doctor;
using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Logs;
using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Runtime;

namespace ImdsProxy.Commands.Doctor;

/// <summary><c>imds-proxy doctor</c>: checks a node or a pod, and says for each finding what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var flags = new DoctorFlags();
        var command = new Command(
            "doctor",
            "Check a node, or a pod, and say what to do about each finding. In a container of the chart, doctor takes its settings from the container's main process. Exit code 1 if something is broken.");
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(flags, command, parsed, MainProcess.Read(), Console.Out, cancellation));
        return command;
    }

    internal static async Task<int> RunAsync(
        DoctorFlags flags, Command command, ParseResult parsed, MainProcess? main, TextWriter output, CancellationToken cancellation)
    {
        var settled = WithSettingsOf(main, command, parsed);
        var files = new HostFiles(settled.GetRequiredValue(flags.HostRoot));
        var place = Place.Of(settled.GetRequiredValue(flags.Network), main, files);
        var settings = flags.Read(settled);

        // The report is the only output. The redirect's own log would repeat its findings.
        using var logging = LoggingSetup.Create(LogFormat.Console, LogLevel.None);
        var metrics = new MetricsRegistry().Factory;
        var services = new RedirectServices(
            ProgramRunner.RunAsync,
            ListenerTable.IsListening,
            flags.Labels(settled),
            static _ => ValueTask.CompletedTask,
            TimeProvider.System,
            logging.CreateLogger("ImdsProxy.Doctor"),
            new RedirectMetrics(metrics),
            new HostPodsMetrics(metrics, []));
        var done = await new Examiner(settings.Timeout).RunAsync(Checks.All(place, settings, files, services), cancellation);
        var diagnosis = new Diagnosis(BuildInfo.Current.Version, $"{place}", done);
        await output.WriteAsync(settled.GetValue(flags.Output) == "json" ? DiagnosisJson.Of(diagnosis) : DiagnosisText.Of(diagnosis));
        return diagnosis.IsHealthy ? ExitCode.Good : ExitCode.Failed;
    }

    // The command's own flags win. A setting that doctor can't read is left out, so that the rest still counts.
    private static ParseResult WithSettingsOf(MainProcess? main, Command command, ParseResult parsed)
    {
        var known = command.Options.Select(static option => option.Name).ToHashSet(StringComparer.Ordinal);
        var given = command.Options.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(static option => option.Name).ToHashSet(StringComparer.Ordinal);
        if (main?.Settings(known, given) is not { Count: > 0 } settings)
        {
            return parsed;
        }

        var own = parsed.Tokens.SkipWhile(static token => token.Type == TokenType.Command).Select(static token => token.Value);
        var settled = command.Parse([.. own, .. settings]);
        return settled.Errors.Count == 0 ? settled : parsed;
    }
}
