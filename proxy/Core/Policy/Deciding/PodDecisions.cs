using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>
/// What one pod may, and what was decided of its last requests: as long as policy, pod and request are the same, so is
/// the decision. Each pod has its own, so that what one asks for never costs another anything.
/// </summary>
/// <param name="policy">What its workload may.</param>
internal sealed class PodDecisions(CallerPolicy policy)
{
    /// <summary>A pod's client asks for a few resources and documents; beyond that, each is decided anew.</summary>
    private const int MaxRemembered = 16;

    /// <summary>As for the memory of requests: a pod must not fill the proxy's with long ones.</summary>
    private const int MaxLength = 512;

    private readonly Remembered?[] _remembered = new Remembered?[MaxRemembered];
    private uint _next;

    public CallerPolicy Policy => policy;

    /// <summary>Whether anything was decided here yet.</summary>
    public bool IsUsed => _remembered[0] is not null;

    /// <summary>The decision, before the request is sent.</summary>
    public Decision Decide(Caller caller, ImdsRequest request, IdentityTable identities)
    {
        if (Find(request) is { } before)
        {
            return before.Decision;
        }

        var decision = policy.Decide(caller, Question.Before(request, identities), Reason.NoRule);
        // A relayed request is never the same object again.
        if (request.RelayedBy is null && request.PathAndQuery.Length <= MaxLength)
        {
            _remembered[(Interlocked.Increment(ref _next) - 1) % MaxRemembered] = new Remembered(request, decision);
        }

        return decision;
    }

    /// <summary>What was decided of the last credential that came for a request, or null where it was another one.</summary>
    public Decision? DecisionOf(ImdsRequest request, CredentialAnswer answer) =>
        Find(request)?.Last is { } last && ReferenceEquals(last.Answer, answer) ? last.Decision : null;

    /// <summary>Remembers what was decided of a credential: a token that is kept comes again with each request.</summary>
    public void Remember(ImdsRequest request, CredentialAnswer answer, Decision decision)
    {
        if (Find(request) is { } before)
        {
            before.Last = new Answered(answer, decision);
        }
    }

    // The memory of requests gives the same one again, so there is nothing to compare but the reference.
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
