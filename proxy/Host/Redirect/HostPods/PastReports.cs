using ImdsProxy.Core.Audit;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>Reports the ways past the proxy: each when it appears, and again every ten minutes while it is there. The output is bounded.</summary>
internal sealed partial class PastReports(RedirectServices services, HostPodsEvents events)
{
    private const int MaxReported = 128;
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(10);

    private static readonly PastReason[] Reasons = Enum.GetValues<PastReason>();

    private readonly Dictionary<(PastReason, Core.Callers.SocketOwner, string), long> _reported = [];

    public void Report(IReadOnlyCollection<PastFinding> findings)
    {
        foreach (var reason in Reasons)
        {
            services.HostPods.PastNow(PastFinding.Name(reason), findings.Where(finding => finding.Reason == reason).Sum(static finding => finding.Count));
        }

        foreach (var old in _reported.Where(entry => services.Time.GetElapsedTime(entry.Value) >= Again).Select(entry => entry.Key).ToList())
        {
            _reported.Remove(old);
        }

        foreach (var finding in findings)
        {
            if (_reported.Count < MaxReported && _reported.TryAdd(finding.Key, services.Time.GetTimestamp()))
            {
                services.HostPods.FoundPast(finding.ReasonName);
                Messages.Past(services.Log, finding.ReasonName, finding.Who, finding.Text);
                events.Write(new AuditEvent(services.Time.GetUtcNow(), "host-pods-past", finding.Fields()));
            }
        }
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "HostPodsPast", Level = LogLevel.Warning, Message = "Host pods may go past the proxy ({Reason}): {Who}: {What}")]
        public static partial void Past(ILogger log, string reason, string who, string what);
    }
}
