using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Explaining;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>A policy that decides demands again, with the decider of the proxy: first the request, then the answer.</summary>
internal sealed class ReplayedPolicy
{
    private readonly PolicySnapshot _policy;
    private readonly LearnedIdentities _learned;
    private readonly ImmutableArray<WorkloadMatch> _byLabel;
    private readonly bool _knowsLabels;
    private readonly Dictionary<(DemandWorkload Workload, string? Owner, bool OnHost, string Labels), Caller.Pod> _callers = [];

    /// <param name="document">The policy.</param>
    /// <param name="asWritten">Whether its modes count. Otherwise everything is enforced.</param>
    /// <param name="table">The table whose demands are decided.</param>
    /// <param name="learned">The identities that the table's answers show.</param>
    public ReplayedPolicy(PolicyDocument document, bool asWritten, DemandTable table, LearnedIdentities learned)
    {
        _policy = PolicySnapshot.Compile(asWritten ? document : Enforced(document));
        _learned = learned;
        _byLabel = [.. document.Rules.SelectMany(static rule => rule.Workloads.Concat(rule.Except)).Where(static match => !match.Labels.IsDefaultOrEmpty)];
        _knowsLabels = PolicyLabels.Of(document).All(table.LabelKeys.Contains);
    }

    public PolicySnapshot Policy => _policy;

    /// <summary>Whether a rule selects pods of a demand's workload by labels.</summary>
    public bool DependsOnLabels(DemandKey key) => _byLabel.Any(match => (match with { Labels = default }).Matches(CallerOf(key, []).Identity.Workload));

    /// <summary>Decides the requests of a part of a demand.</summary>
    /// <param name="demand">The demand.</param>
    /// <param name="part">The part.</param>
    /// <param name="labels">The labels of the pods that asked; default if they are unknown.</param>
    public Replay Decide(Demand demand, DemandPart part, ImmutableArray<KeyValuePair<string, string>> labels) =>
        (labels.IsDefault || !_knowsLabels) && DependsOnLabels(demand.Key)
            ? Replay.Unknown(NotJudged.LabelsUnknown)
            : DecideAs(demand, part, labels.IsDefault ? [] : labels);

    /// <summary>Decides the requests of a part of a demand as those of pods with these labels.</summary>
    public Replay DecideAs(Demand demand, DemandPart part, ImmutableArray<KeyValuePair<string, string>> labels)
    {
        var key = demand.Key;
        if (key.IsCut || key.LacksExtraQuery)
        {
            return Replay.Unknown(key.IsCut ? NotJudged.Cut : NotJudged.ParametersUnknown);
        }

        if (ReplayedRequest.Of(key) is not { } request)
        {
            return Replay.Unknown(NotJudged.Malformed);
        }

        var caller = CallerOf(key, labels);
        if (key.IsProbe)
        {
            return OfProbe(_policy.DecideProbe(caller, request));
        }

        var first = _policy.Decide(caller, request);
        return first is Permit permit && request.Endpoint.IssuesCredential ? DecideAnswer(demand, part, caller, request, permit) : Replay.Of(first);
    }

    /// <summary>The permission that would let a denied demand through, or null if none can.</summary>
    public PermissionHint? HintFor(Demand demand, Reason reason)
    {
        if (ReplayedRequest.Of(demand.Key) is not { } request)
        {
            return null;
        }

        var answer = demand.Answer is { } recorded ? Recorded(recorded) : Assumed(demand.Key, request);
        var isOther = answer is not null && _policy.ClientIdOf(request) is { } asked && asked != answer.ClientId;
        return reason is Reason.NoRule or Reason.UnknownEndpoint or Reason.UnknownParameter or Reason.IdentityMismatch && !isOther
            ? PermissionHint.For(_policy, CallerOf(demand.Key, []).Identity, request, answer)
            : null;
    }

    // Removes the modes of rules and the mode lists, so that every decision is as in enforce mode.
    private static PolicyDocument Enforced(PolicyDocument document) => document with
    {
        Mode = PolicyMode.Enforce,
        ModeExceptions = [],
        HostNetwork = HostNetworkPolicy.Enforced,
        Rules = [.. document.Rules.Select(static rule => rule with { Mode = null })],
    };

    // In audit mode, a probe gets IMDS's own error whatever the decision.
    private static Replay OfProbe(Denial? denial) => denial is null
        ? new Replay(null, true, Reason.MissingHeader, null)
        : new Replay(null, denial.Mode == PolicyMode.Audit, denial.Reason, denial.Rule);

    private Replay DecideAnswer(Demand demand, DemandPart part, Caller caller, ImdsRequest request, Permit permit)
    {
        if (IsRefusedByImds(demand, part, request, permit))
        {
            return Replay.Of(permit);
        }

        if (request.Selector is null && !permit.IsPinned && demand.Key.Pin is not null)
        {
            return Replay.Unknown(NotJudged.PinRemoved);
        }

        return AnswerTo(demand, part, request, permit) is { } answer
            ? Replay.Of(_policy.DecideAnswer(caller, request, answer))
            : Replay.Unknown(NotJudged.IdentityNeverSeen);
    }

    // IMDS refuses the same request again, and its error is passed on. A pinned identity makes it another request.
    private static bool IsRefusedByImds(Demand demand, DemandPart part, ImdsRequest request, Permit permit) =>
        (request.Endpoint.Kind == EndpointKind.Token && request.Resource is null && demand.Answer is null)
        || (!permit.IsPinned && (part.Outcome == DemandOutcome.Refused || (demand.Answer is null && demand.Parts.Any(static other => other.Outcome == DemandOutcome.Refused))));

    private CredentialAnswer? AnswerTo(Demand demand, DemandPart part, ImdsRequest request, Permit permit)
    {
        if (permit.IsPinned)
        {
            var pinned = _policy.ClientIdOf(permit.Request)!;
            return demand.Answer is { } same && same.ClientId == pinned ? Recorded(same) : new CredentialAnswer(pinned, request.Resource);
        }

        return demand.Answer is { } answer ? Recorded(answer)
            // IMDS answered, but the record does not name the identity.
            : part.Outcome == DemandOutcome.Withheld ? null
            : Assumed(demand.Key, request);
    }

    // The identity that the selector names. Without a selector, only an answer shows the identity.
    private CredentialAnswer? Assumed(DemandKey key, ImdsRequest request) =>
        (_policy.ClientIdOf(request) ?? _learned.ClientIdOf(key)) is { } clientId ? new CredentialAnswer(clientId, request.Resource) : null;

    private static CredentialAnswer Recorded(DemandAnswer answer) => new(answer.ClientId, answer.Resource)
    {
        Claims = answer.Audience is { } audience ? new TokenClaims(null, null, null, audience, null) : null,
    };

    private Caller.Pod CallerOf(DemandKey key, ImmutableArray<KeyValuePair<string, string>> labels)
    {
        var name = (key.Workload, key.Owner, key.IsOnHost, string.Join('\n', labels.Select(static label => $"{label.Key}={label.Value}")));
        if (!_callers.TryGetValue(name, out var caller))
        {
            caller = new Caller.Pod(new PodIdentity(key.Workload.Namespace, "replayed", "", key.Workload.ServiceAccount, key.Owner, labels)) { OnHost = key.IsOnHost };
            _callers[name] = caller;
        }

        return caller;
    }
}
