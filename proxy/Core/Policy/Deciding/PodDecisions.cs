using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>
/// The policy of one pod and a cache of its latest decisions. A decision stays valid while policy, pod and request are the
/// same. Each pod has its own cache, so one pod's requests never evict another pod's decisions.
/// </summary>
/// <param name="policy">The policy of the pod's workload.</param>
internal sealed class PodDecisions(CallerPolicy policy)
{
    /// <summary>A client asks for a few resources and documents. Requests beyond that are decided each time.</summary>
    private const int MaxRemembered = 16;

    /// <summary>The same bound as in the cache of parsed requests: a pod must not fill the proxy's memory with long requests.</summary>
    private const int MaxLength = 512;

    private readonly Remembered?[] _remembered = new Remembered?[MaxRemembered];
    private uint _next;

    public CallerPolicy Policy => policy;

    /// <summary>Whether any decision has been made for this pod.</summary>
    public bool IsUsed => _remembered[0] is not null;

    /// <summary>The decision on a request before it is sent.</summary>
    public Decision Decide(Caller caller, ImdsRequest request, IdentityTable identities)
    {
        if (Find(request) is { } before)
        {
            return before.Decision;
        }

        var decision = policy.Decide(caller, Question.Before(request, identities), Reason.NoRule);
        // A relayed request is a new object each time, so its decision would never be found again.
        if (request.RelayedBy is null && request.PathAndQuery.Length <= MaxLength)
        {
            _remembered[(Interlocked.Increment(ref _next) - 1) % MaxRemembered] = new Remembered(request, decision);
        }

        return decision;
    }

    /// <summary>The cached decision on a credential for a request. Null if the last credential for the request was a different credential.</summary>
    public Decision? DecisionOf(ImdsRequest request, CredentialAnswer answer) =>
        Find(request)?.Last is { } last && ReferenceEquals(last.Answer, answer) ? last.Decision : null;

    /// <summary>Remembers the decision on a credential, because a cached token is decided again with each request.</summary>
    public void Remember(ImdsRequest request, CredentialAnswer answer, Decision decision)
    {
        if (Find(request) is { } before)
        {
            before.Last = new Answered(answer, decision);
        }
    }

    // The cache of parsed requests returns the same object for the same target, so comparing references is enough.
    private Remembered? Find(ImdsRequest request)
    {
        foreach (var before in _remembered)
        {
            if (before is null || ReferenceEquals(before.Request, request))
            {
                return before;
            }
        }

        return null;
    }

    private sealed class Remembered(ImdsRequest request, Decision decision)
    {
        public ImdsRequest Request { get; } = request;

        public Decision Decision { get; } = decision;

        public Answered? Last { get; set; }
    }

    private sealed record Answered(CredentialAnswer Answer, Decision Decision);
}
