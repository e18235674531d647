using System.CommandLine;
using System.Net;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Audit;
using ImdsProxy.Management;
using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.HostPods;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Runtime;

namespace ImdsProxy.Commands.Redirect;

/// <summary>Runs the redirect's commands with their logs, clock, programs, metrics and audit log.</summary>
internal static partial class RedirectRunner
{
    public static async Task<int> RunAsync(
        RedirectFlags flags,
        ParseResult parsed,
        Func<RedirectSettings, RedirectServices, CancellationToken, Task<int>> action,
        CancellationToken cancellation)
    {
        using var logging = flags.Logging(parsed);
        var log = logging.CreateLogger("ImdsProxy.Redirect");
        try
        {
            var registry = new MetricsRegistry();
            var metrics = new RedirectMetrics(registry.Factory);
            await using var audit = OpenAudit(parsed.GetValue(flags.AuditDirectory), parsed.GetValue(flags.NodeName), logging);
            await using var listener = await ServeAsync(parsed.GetValue(flags.Metrics), registry, metrics, logging, cancellation);
            var services = new RedirectServices(
                ProgramRunner.RunAsync, ListenerTable.IsListening, Labels(parsed.GetValue(flags.NodeLabelsFile)), Journal(audit, log), TimeProvider.System, log, metrics, new HostPodsMetrics(registry.Factory, PastFinding.Names.AsSpan()));
            return await action(flags.Read(parsed), services, cancellation);
        }
        catch (RedirectRefusal e)
        {
            Refused(log, e.Message);
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is IptablesFailure or TimeoutException or IOException or UnauthorizedAccessException)
        {
            Failed(log, e.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }
    }

    private static ReadNodeLabels Labels(string? path) => cancellation =>
        Task.FromResult(path is null ? null : HostRouting.ParseLabels(BoundedFile.ReadText(path)));

    private static AuditLog? OpenAudit(string? directory, string? node, ILoggerFactory logging) => directory is null
        ? null
        : new AuditLog(new AuditOptions { Directory = Path.GetFullPath(directory), Node = node }, TimeProvider.System, logging.CreateLogger<AuditLog>());

    private static async Task<ManagementListener?> ServeAsync(
        IPEndPoint? endPoint, MetricsRegistry registry, RedirectMetrics metrics, ILoggerFactory logging, CancellationToken cancellation)
    {
        if (endPoint is null)
        {
            return null;
        }

        var readiness = new Readiness();
        readiness.Add("redirect", () => metrics.InPlace ? null : "not every rule is in place and effective");
        var pages = new ManagementPages { Readiness = readiness, Metrics = registry.WriteAsync };
        return await ManagementListener.StartAsync(new ManagementOptions { Management = endPoint }, pages, logging, cancellation);
    }

    // If the audit log can't accept an event, the event goes to the operational log instead. The rules matter more than their
    // record.
    private static WriteEvent Journal(AuditLog? audit, ILogger log) => async auditEvent =>
    {
        if (audit is null || !await audit.WriteAsync(auditEvent))
        {
            Log(log, auditEvent);
        }
    };

    private static void Log(ILogger log, AuditEvent auditEvent)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            EventOccurred(log, auditEvent.Name, auditEvent.Fields.ToJsonString());
        }
    }

    [LoggerMessage(EventName = "RedirectRefused", Level = LogLevel.Error, Message = "Refused: {Reason}")]
    private static partial void Refused(ILogger log, string reason);

    [LoggerMessage(EventName = "RedirectFailed", Level = LogLevel.Error, Message = "Failed: {Reason}")]
    private static partial void Failed(ILogger log, string reason);

    [LoggerMessage(EventName = "RedirectEvent", Level = LogLevel.Information, Message = "Event {Name} {Fields}")]
    private static partial void EventOccurred(ILogger log, string name, string fields);
}
