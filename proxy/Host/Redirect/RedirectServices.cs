using ImdsProxy.Redirect.Node;

namespace ImdsProxy.Redirect;

/// <summary>The services that the redirect depends on. Tests replace them.</summary>
/// <param name="Run">Runs the node's programs.</param>
/// <param name="IsListening">Whether anything listens on the target of the redirect.</param>
/// <param name="Labels">Reads the node's labels.</param>
/// <param name="Write">Writes events to the audit log.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">The operational log.</param>
/// <param name="Metrics">The metrics of the rules.</param>
/// <param name="HostPods">The metrics of host pods.</param>
internal sealed record RedirectServices(
    RunProgram Run,
    Func<System.Net.IPAddress, int, bool> IsListening,
    ReadNodeLabels Labels,
    WriteEvent Write,
    TimeProvider Time,
    ILogger Log,
    RedirectMetrics Metrics,
    HostPodsMetrics HostPods);
