using ImdsProxy.Redirect.Node;

namespace ImdsProxy.Redirect;

/// <summary>What the redirect needs of the world around it.</summary>
/// <param name="Run">Runs the node's programs.</param>
/// <param name="IsListening">Whether something listens where the DNAT leads.</param>
/// <param name="Labels">The node's labels.</param>
/// <param name="Write">Puts events into the audit log.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">Where operational messages go.</param>
/// <param name="Metrics">The counters.</param>
internal sealed record RedirectServices(
    RunProgram Run,
    Func<System.Net.IPAddress, int, bool> IsListening,
    ReadNodeLabels Labels,
    WriteEvent Write,
    TimeProvider Time,
    ILogger Log,
    RedirectMetrics Metrics);
