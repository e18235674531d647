using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>
/// Decides which demands a suggestion may allow. The most important reasons are checked first: the base policy decides it, no
/// permission can allow it, only a person may allow it, and finally, it looks like an intruder.
/// </summary>
internal sealed class DemandJudge
{
    // The contract: credentials and POST wait for a week, because their misuse costs most.
    private static readonly TimeSpan SensitiveSettle = TimeSpan.FromDays(7);
    private static readonly TimeSpan OtherSettle = TimeSpan.FromDays(1);

    private readonly SuggestOptions _options;
    private readonly DateTimeOffset _now;
    private readonly DecidedPolicy _base;
    private readonly Dictionary<WantedPermission, WantEvidence> _evidence;
    private readonly ILookup<WantedPermission, WantedPermission> _denied;

    public DemandJudge(DemandTable table, SuggestOptions options, DecidedPolicy policy, IdentityFacts facts)
    {
        _options = options;
        _now = table.Coverage.To ?? default;
        _base = policy;
        Facts = facts;
        var workloads = table.Workloads.ToDictionary(static workload => workload.Workload);
        _evidence = table.Demands
            .Where(static demand => !demand.Key.IsProbe)
            .GroupBy(demand => WantedPermission.Of(demand, facts))
            .ToDictionary(static same => same.Key, same => new WantEvidence([.. same], workloads[same.Key.Workload]));
        _denied = table.Demands
            .Where(demand => IsClosed(demand) && !IsOfUnknownAnswer(demand))
            .Select(demand => WantedPermission.Of(demand, facts))
            .Distinct()
            .ToLookup(static denied => denied.Endpoint);
    }

    public IdentityFacts Facts { get; }

    /// <summary>Why a demand is left out, or null if it may be allowed.</summary>
    public LeftOut? Judge(Demand demand)
    {
        if (!IsWellFormed(demand.Key))
        {
            return Out(demand, LeftOutReason.Malformed);
        }

        if (demand.Key.IsProbe)
        {
            return Out(demand, LeftOutReason.Probe);
        }

        var decision = _base.Of(demand);
        if (decision.IsDeniedByRule || decision.IsAllowed)
        {
            return Out(demand, decision.IsAllowed ? LeftOutReason.AlreadyAllowed : LeftOutReason.DeniedByRule) with { Rule = decision.Rule };
        }

        return OfRecordedDeny(demand) ?? OfRequest(demand) ?? OfAnswer(demand) ?? OfEvidence(demand);
    }

    /// <summary>The reason why a demand's evidence is insufficient, or null.</summary>
    public LeftOut? OfEvidence(Demand demand)
    {
        var want = WantedPermission.Of(demand, Facts);
        var evidence = _evidence[want];
        if (want.ClientId is { } clientId && Facts.WhyNodeIdentity(clientId, demand) is { } why)
        {
            return Acceptable(demand, LeftOutReason.NodeIdentity) with { Detail = why };
        }

        var settle = _options.Settle ?? (want.IsSensitive ? SensitiveSettle : OtherSettle);
        if (want.ClientId is not null && evidence.IsLaterThan(settle < OtherSettle ? OtherSettle : settle))
        {
            return Acceptable(demand, LeftOutReason.Late);
        }

        if (evidence.IsOfFewPods)
        {
            return Acceptable(demand, LeftOutReason.FewPods);
        }

        if (evidence.FirstSeen + settle > _now)
        {
            return Acceptable(demand, LeftOutReason.TooNew) with { Eligible = evidence.FirstSeen + settle };
        }

        return evidence.Days < _options.MinDays ? Acceptable(demand, LeftOutReason.TooRare) : null;
    }

    // A forged log must not bring a pattern or a broken name into the policy.
    private static bool IsWellFormed(DemandKey key) =>
        !key.IsCut
        && IsName(key.Workload.Namespace)
        && IsName(key.Workload.ServiceAccount)
        && (key.LacksExtraQuery || ReplayedRequest.Of(key) is not null);

    private static bool IsName(string text) => NameFormat.IsKubernetesPattern(text) && !text.EndsWith('*');

    // Without the base, only the records show that a policy denied this. A suggestion must not open it again.
    // The allow for a demand may be wider than the demand: a request that names no resource needs an allow for every resource.
    private LeftOut? OfRecordedDeny(Demand demand)
    {
        var want = WantedPermission.Of(demand, Facts);
        var opened = _denied[want.Endpoint].Where(want.LetsThrough).ToList();
        return IsClosed(demand) || opened.Contains(want) ? Out(demand, LeftOutReason.DeniedByRule)
            : opened.Count > 0 ? Out(demand, LeftOutReason.DeniedByRule) with { Detail = "its permission would open what a rule denied" }
            : null;
    }

    // Whether a policy of that time denied it. That no longer counts if the base allows it.
    private bool IsClosed(Demand demand) => IsOfDenyRule(demand) && !IsAllowedByClientId(demand);

    // The deny may have been for the identity with which IMDS answered, and the record does not name it.
    private bool IsOfUnknownAnswer(Demand demand) =>
        demand.Key.Endpoint.IssuesCredential
        && Facts.ClientIdOf(demand) is null
        && demand.Parts.Any(static part => part is { IsOfDenyRule: true, Outcome: DemandOutcome.Answered or DemandOutcome.Withheld });

    private static bool IsOfDenyRule(Demand demand) =>
        demand.Parts.Any(static part => part.IsOfDenyRule) && !demand.Parts.Any(static part => part.Verdict == Verdict.Allowed);

    // The base may allow the identity, but not know the name that the request uses. A probe is let through as soon as anything is allowed
    // on its path, so the request that it stands for is decided.
    private bool IsAllowedByClientId(Demand demand)
    {
        var request = demand.Key with { IsProbe = false };
        return _base.Of(demand with
        {
            Key = request.SelectorKind is not null && Facts.ClientIdOf(demand) is { } clientId
                ? request with { SelectorKind = "client_id", Selector = clientId }
                : request,
        }).IsAllowed;
    }

    // Checks the kind of request.
    private LeftOut? OfRequest(Demand demand)
    {
        var key = demand.Key;
        return key.LacksExtraQuery ? Out(demand, LeftOutReason.UnknownParameter)
            : !key.Endpoint.IsKnown ? Acceptable(demand, LeftOutReason.UnknownEndpoint)
            : key.ExtraNames.Length > 0 ? Acceptable(demand, LeftOutReason.UnknownParameter)
            : null;
    }

    // Checks the answer, and the access that it would give.
    private LeftOut? OfAnswer(Demand demand)
    {
        var kind = demand.Key.Endpoint.Kind;
        var isCredential = demand.Key.Endpoint.IssuesCredential;
        var isAnswered = demand.Parts.Any(static part => part.Outcome is DemandOutcome.Answered or DemandOutcome.Withheld);
        if (!isAnswered && demand.Parts.Any(static part => part.Outcome == DemandOutcome.Refused))
        {
            return Out(demand, LeftOutReason.ImdsRefused) with { IsAcceptable = !isCredential };
        }

        if (isCredential && IsMismatch(demand, out var contradicts))
        {
            return Out(demand, LeftOutReason.IdentityMismatch) with { IsAcceptable = !contradicts };
        }

        if (isCredential && Facts.ClientIdOf(demand) is null)
        {
            return Out(demand, LeftOutReason.IdentityUnknown);
        }

        return kind switch
        {
            EndpointKind.Token when demand.Key.Resource is null => Acceptable(demand, LeftOutReason.NoResource),
            EndpointKind.IssueCredential => Acceptable(demand, LeftOutReason.Certificate),
            EndpointKind.Attested => Acceptable(demand, LeftOutReason.Attested),
            EndpointKind.ScheduledEvents when demand.Key.Method == "POST" => Acceptable(demand, LeftOutReason.ApprovesEvents),
            _ => null,
        };
    }

    private static bool IsMismatch(Demand demand, out bool contradicts)
    {
        contradicts = demand is { Key.SelectorKind: "client_id", Answer: { } answer } && answer.ClientId != demand.Key.Selector;
        return contradicts || (!demand.IsAnswered && demand.Parts.Any(static part => part.IsMismatch));
    }

    private static LeftOut Out(Demand demand, LeftOutReason reason) => new(demand, reason, demand.Requests);

    // A credential can be allowed only by its identity.
    private LeftOut Acceptable(Demand demand, LeftOutReason reason) =>
        Out(demand, reason) with { IsAcceptable = !demand.Key.Endpoint.IssuesCredential || Facts.ClientIdOf(demand) is not null };
}
