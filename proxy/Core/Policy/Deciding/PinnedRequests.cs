using System.Collections.Concurrent;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>Requests as one identity: those that did not say as whom, with its client id. Each is made once.</summary>
/// <param name="alias">The identity as the policy names it.</param>
/// <param name="clientId">Its client id.</param>
internal sealed class PinnedRequests(string alias, string clientId)
{
    /// <summary>Pods choose what they ask for; a workload uses a handful of resources and versions.</summary>
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
