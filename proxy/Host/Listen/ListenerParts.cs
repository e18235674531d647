using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Listen;

/// <summary>What the data listener works with.</summary>
/// <param name="Logging">Where Kestrel logs.</param>
/// <param name="Handler">Answers each request; made once the server's services are there.</param>
/// <param name="Observer">Counts connections.</param>
/// <param name="Refused">Hears of each request that Kestrel refuses by itself.</param>
/// <param name="Drain">Sends clients over to a successor at the end.</param>
/// <param name="PodAt">The UID of the pod that has an address now, or null where none is known.</param>
/// <param name="Time">The clock.</param>
internal sealed record ListenerParts(
    ILoggerFactory Logging,
    Func<IServiceProvider, RequestDelegate> Handler,
    IConnectionObserver Observer,
    Action<IFeatureCollection> Refused,
    Drain Drain,
    Func<IPAddress, string?> PodAt,
    TimeProvider Time);
