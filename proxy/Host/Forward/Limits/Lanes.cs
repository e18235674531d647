using ImdsProxy.Core.Policy;
using ImdsProxy.Runtime;
using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Forward.Limits;

/// <summary>One lane for identity requests and one for all others, because IMDS limits them separately.</summary>
internal sealed class Lanes(LimitOptions options, TimeProvider time) : IDisposable
{
    private readonly Lane _identity = new(options.Identity, time);
    private readonly Lane _general = new(options.General, time);

    public Lane Of(Endpoint endpoint) => endpoint.Path.StartsWith("/metadata/identity/", StringComparison.Ordinal) ? _identity : _general;

    /// <summary>
    /// Joins the queue for a permit's request. Returns null if too many requests wait. A request that only audit mode lets through
    /// is granted its turn at once, because audit mode must not delay callers.
    /// </summary>
    public Turn? TryJoin(Permit permit, CallerKey caller)
    {
        var lane = Of(permit.Request.Endpoint);
        return permit.Mode == PolicyMode.Audit ? lane.Pass() : lane.TryJoin(caller);
    }

    public void Dispose()
    {
        _identity.Dispose();
        _general.Dispose();
    }
}
