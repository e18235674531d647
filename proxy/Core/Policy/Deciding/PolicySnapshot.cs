using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>A policy ready to decide. Immutable; a change of the policy makes another.</summary>
public sealed class PolicySnapshot
{
    /// <summary>Pods and workloads come and go under one revision; a node runs at most some hundred pods at a time.</summary>
    private const int MaxRemembered = 4096;

    private readonly IdentityTable _identities;
    private readonly ImmutableArray<CompiledRule> _rules;
    private readonly UnidentifiedPolicy _unidentified;
    private readonly RuleIndex _index;
    private readonly ConcurrentDictionary<WorkloadIdentity, CallerPolicy> _workloads = new();
    private readonly ConcurrentDictionary<PodIdentity, PodDecisions> _pods = new();

    private PolicySnapshot(PolicyDocument document, PolicySnapshot? before)
    {
        Document = document;
        var isSame = before is not null && before.Document.Identities.SequenceEqual(document.Identities);
        _identities = isSame ? before!._identities : new IdentityTable(document.Identities);
        _rules = Compiled(document.Rules, isSame ? before!._rules : []);
        _index = new RuleIndex(_rules);
        _unidentified = new UnidentifiedPolicy(document, _rules);
    }

    public PolicyDocument Document { get; }

    internal ImmutableArray<CompiledRule> Rules => _rules;

    internal IdentityTable Identities => _identities;

    /// <summary>The document's revision: 12 hex digits.</summary>
    public string Revision => Document.Revision;

    /// <summary>The mode of every caller that the document does not except.</summary>
    public PolicyMode Mode => Document.Mode;

    /// <summary>Compiles a valid document.</summary>
    public static PolicySnapshot Compile(PolicyDocument document) => new(document, null);

    /// <summary>Compiles a valid document that takes the place of another, and works out beforehand what the pods may that asked under that one.</summary>
    /// <param name="document">The document.</param>
    /// <param name="before">The policy in force until now, or null.</param>
    public static PolicySnapshot Compile(PolicyDocument document, PolicySnapshot? before)
    {
        var snapshot = new PolicySnapshot(document, before);
        foreach (var (pod, decisions) in before?._pods.ToArray() ?? [])
        {
            if (decisions.IsUsed)
            {
                snapshot.For(pod);
            }
        }

        return snapshot;
    }

    /// <summary>The mode in force for a caller.</summary>
    public PolicyMode ModeOf(Caller caller) =>
        caller is Caller.Pod pod ? For(pod.Identity).Policy.Mode : _unidentified.Mode;

    /// <summary>Decides a request, before it is sent.</summary>
    public Decision Decide(Caller caller, ImdsRequest request)
    {
        var decision = caller is Caller.Pod pod
            ? For(pod.Identity).Decide(caller, request, _identities)
            : _unidentified.Decide(caller, Question.Before(request, _identities));
        return request.RelayedBy is null ? decision : RelayedRequest.Of(request, decision);
    }

    /// <summary>
    /// Decides a credential that came back: the request once more, on the policy of this moment, then all of it with
    /// the identity and resource that the credential carries.
    /// </summary>
    public Decision DecideAnswer(Caller caller, ImdsRequest request, CredentialAnswer answer)
    {
        if (caller is not Caller.Pod pod)
        {
            return DecideAnew(caller, request, answer);
        }

        var decisions = For(pod.Identity);
        if (decisions.DecisionOf(request, answer) is { } known)
        {
            return known;
        }

        var decision = DecideAnew(caller, request, answer);
        decisions.Remember(request, answer, decision);
        return decision;
    }

    private Decision DecideAnew(Caller caller, ImdsRequest request, CredentialAnswer answer)
    {
        var first = Decide(caller, request);
        if (first is not Permit before)
        {
            return first;
        }

        var question = Question.After(request, answer);
        var decision = caller is Caller.Pod pod
            ? For(pod.Identity).Policy.Decide(caller, question, Reason.IdentityMismatch)
            : _unidentified.Decide(caller, question);
        return decision is not Permit after ? decision
            : IsAnotherIdentity(before.Request, answer) || answer.Contradicts(_identities.ByClientId(answer.ClientId)?.ResourceId) ? Mismatch(caller, request)
            : OfBoth(before, after);
    }

    // A would-deny stays what it was for the request: its answer has nothing to add. Nor has an answer to what a pin
    // decided: in audit mode it may be of another identity, because nothing was pinned.
    private static Permit OfBoth(Permit before, Permit after) =>
        before.Shadow is not null
        || (before.Pin is not null && (after.Shadow is null || (!before.IsPinned && after.Shadow.Reason == Reason.IdentityMismatch)))
            ? before
            : after;

    /// <summary>
    /// The denial of a request without the header that IMDS requires, or null where IMDS's own error is the answer:
    /// something is allowed on this path, or nobody knows yet who asks.
    /// </summary>
    public Denial? DecideProbe(Caller caller, ImdsRequest request) => caller switch
    {
        Caller.Pod pod => For(pod.Identity).Policy.DecideProbe(caller, request),
        Caller.Unknown => null,
        _ => _unidentified.DecideProbe(caller, request),
    };

    /// <summary>Whether there may be a workload that is permitted this credential. Says yes where it cannot tell.</summary>
    public bool PermitsAnyone(ImdsRequest request, CredentialAnswer answer) => AnyoneCheck.IsPermitted(_rules, Question.After(request, answer));

    /// <summary>The alias of a client id, or null.</summary>
    public string? AliasOf(string clientId) => _identities.ByClientId(clientId)?.Name;

    /// <summary>The client id that a request's selector names, or null where there is none or no alias resolves it.</summary>
    public string? ClientIdOf(ImdsRequest request) =>
        request.Selector is { } selector ? _identities.Resolve(selector) : null;

    // A rule that was taken over from the document before is the same object, and so is what it was compiled to.
    private ImmutableArray<CompiledRule> Compiled(ImmutableArray<PolicyRule> rules, ImmutableArray<CompiledRule> before)
    {
        var known = new Dictionary<PolicyRule, CompiledRule>(before.Length, ReferenceEqualityComparer.Instance);
        foreach (var rule in before)
        {
            known[rule.Source] = rule;
        }

        return [.. rules.Select(rule => known.GetValueOrDefault(rule) ?? new CompiledRule(rule, _identities))];
    }

    private bool IsAnotherIdentity(ImdsRequest request, CredentialAnswer answer) =>
        request.Selector is { } selector
        && _identities.Resolve(selector) is { } asked
        && asked != answer.ClientId;

    private Decision Mismatch(Caller caller, ImdsRequest request)
    {
        var mode = ModeOf(caller);
        var denial = new Denial(caller, request, Reason.IdentityMismatch, null, mode);
        return mode == PolicyMode.Enforce ? denial : new Permit(caller, request, null, mode, denial);
    }

    private PodDecisions For(PodIdentity pod)
    {
        if (_pods.TryGetValue(pod, out var known))
        {
            return known;
        }

        if (_pods.Count >= MaxRemembered)
        {
            _pods.Clear();
            _workloads.Clear();
        }

        return _pods.GetOrAdd(pod, new PodDecisions(_workloads.GetOrAdd(pod.Workload, Effective)));
    }

    private CallerPolicy Effective(WorkloadIdentity workload) => new(ModeFor(workload), _index.Of(workload));

    /// <summary>The mode of a workload.</summary>
    internal PolicyMode ModeFor(WorkloadIdentity workload) =>
        !Document.ModeExceptions.Any(exception => exception.Matches(workload)) ? Mode
        : Mode == PolicyMode.Enforce ? PolicyMode.Audit
        : PolicyMode.Enforce;
}
