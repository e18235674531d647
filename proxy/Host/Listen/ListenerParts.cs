using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Listen;

/// <summary>The parts that the data listener uses.</summary>
/// <param name="Logging">Creates Kestrel's loggers.</param>
/// <param name="Handler">Handles all requests.</param>
/// <param name="Observer">Counts connections.</param>
/// <param name="Refused">Called for each request that Kestrel itself refuses.</param>
/// <param name="Drain">Moves clients over to a successor when the listener stops.</param>
/// <param name="PodAt">The UID of the pod that holds an address now, or null if no such pod is known.</param>
/// <param name="Time">The clock.</param>
internal sealed record ListenerParts(
    ILoggerFactory Logging,
    RequestDelegate Handler,
    IConnectionObserver Observer,
    Action<IFeatureCollection> Refused,
    Drain Drain,
    Func<IPAddress, string?> PodAt,
    TimeProvider Time)
{
    /// <summary>Handles connections from the node's own network; null where they are not told apart.</summary>
    public IHostConnections? Host { get; init; }

    /// <summary>Whether an interface belongs to one pod alone.</summary>
    public Func<int, bool> IsOfOnePod { get; init; } = static _ => false;
}
