using System.Collections.Concurrent;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>Adds a pinned identity's client id to requests that name no identity, and caches the results.</summary>
/// <param name="alias">The identity's alias in the policy.</param>
/// <param name="clientId">The identity's client id.</param>
internal sealed class PinnedRequests(string alias, string clientId)
{
    /// <summary>Bounds the memory that pods can fill. A workload uses a handful of resources and versions.</summary>
    private const int MaxRemembered = 64;

    private readonly ConcurrentDictionary<ImdsRequest, ImdsRequest> _requests = new();

    public string Alias => alias;

    public string ClientId => clientId;

    public ImdsRequest Of(ImdsRequest request)
    {
        if (_requests.TryGetValue(request, out var known))
        {
            return known;
        }

        var pinned = request.As(clientId);
        if (_requests.Count < MaxRemembered)
        {
            _requests.TryAdd(request, pinned);
        }

        return pinned;
    }
}
