using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>A compiled policy that decides requests. Each change of the policy compiles a new snapshot.</summary>
public sealed class PolicySnapshot
{
    private readonly IdentityTable _identities;
    private readonly ImmutableArray<CompiledRule> _rules;
    private readonly UnidentifiedPolicy _unidentified;
    private readonly UnidentifiedPolicy _unidentifiedOnHost;
    private readonly RuleIndex _index;
    private readonly RememberedPods _pods;
    private readonly RememberedPods _podsOnHost;

    private PolicySnapshot(PolicyDocument document, PolicySnapshot? before)
    {
        Document = document;
        var isSame = before is not null && before.Document.Identities.SequenceEqual(document.Identities);
        _identities = isSame ? before!._identities : new IdentityTable(document.Identities);
        _rules = Compiled(document.Rules, isSame ? before!._rules : []);
        _index = new RuleIndex(_rules);
        _unidentified = UnidentifiedPolicy.Of(document, _rules);
        _unidentifiedOnHost = UnidentifiedPolicy.OnHost(document, _rules);
        _pods = new RememberedPods(workload => Effective(workload, onHost: false));
        _podsOnHost = new RememberedPods(workload => Effective(workload, onHost: true));
    }

    public PolicyDocument Document { get; }

    internal ImmutableArray<CompiledRule> Rules => _rules;

    internal IdentityTable Identities => _identities;

    /// <summary>The document's revision: 12 hex digits.</summary>
    public string Revision => Document.Revision;

    /// <summary>The mode of every caller for which the document makes no exception.</summary>
    public PolicyMode Mode => Document.Mode;

    /// <summary>Compiles a valid document.</summary>
    public static PolicySnapshot Compile(PolicyDocument document) => new(document, null);

    /// <summary>Compiles a valid document that replaces another, and prepares the decisions for the pods that sent requests under the old policy.</summary>
    /// <param name="document">The document.</param>
    /// <param name="before">The policy that is replaced, or null.</param>
    public static PolicySnapshot Compile(PolicyDocument document, PolicySnapshot? before)
    {
        var snapshot = new PolicySnapshot(document, before);
        foreach (var pod in before?._pods.Used ?? [])
        {
            snapshot._pods.For(pod);
        }

        foreach (var pod in before?._podsOnHost.Used ?? [])
        {
            snapshot._podsOnHost.For(pod);
        }

        return snapshot;
    }

    /// <summary>The mode in force for a caller.</summary>
    public PolicyMode ModeOf(Caller caller) =>
        caller is Caller.Pod pod ? For(pod).Policy.Mode : Unidentified(caller).Mode;

    /// <summary>Decides a request before it is sent.</summary>
    public Decision Decide(Caller caller, ImdsRequest request)
    {
        var decision = caller is Caller.Pod pod
            ? For(pod).Decide(caller, request, _identities)
            : Unidentified(caller).Decide(caller, Question.Before(request, _identities));
        return request.RelayedBy is null ? decision : RelayedRequest.Of(request, decision);
    }

    /// <summary>
    /// Decides whether a credential may be handed out. Decides the request again, under the current policy, and then the
    /// request with the identity and resource that the credential carries.
    /// </summary>
    public Decision DecideAnswer(Caller caller, ImdsRequest request, CredentialAnswer answer)
    {
        if (caller is not Caller.Pod pod)
        {
            return DecideAnew(caller, request, answer);
        }

        var decisions = For(pod);
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
            ? For(pod).Policy.Decide(caller, question, Reason.IdentityMismatch)
            : Unidentified(caller).Decide(caller, question);
        return decision is not Permit after ? decision
            : IsAnotherIdentity(before.Request, answer) || answer.Contradicts(_identities.ByClientId(answer.ClientId)?.ResourceId) ? Mismatch(caller, request)
            : OfBoth(before, after);
    }

    // A would-deny decision on the request stands, whatever the answer contains. The same applies to a pinned request: in audit mode
    // nothing was pinned, so the answer may carry another identity.
    private static Permit OfBoth(Permit before, Permit after) =>
        before.Shadow is not null
        || (before.Pin is not null && (after.Shadow is null || (!before.IsPinned && after.Shadow.Reason == Reason.IdentityMismatch)))
            ? before
            : after;

    /// <summary>
    /// The denial of a request without the header that IMDS requires. Null means that the caller gets IMDS's own error,
    /// because something is allowed on this path or the caller is not yet known.
    /// </summary>
    public Denial? DecideProbe(Caller caller, ImdsRequest request) => caller switch
    {
        Caller.Pod pod => For(pod).Policy.DecideProbe(caller, request),
        Caller.Unknown => null,
        _ => Unidentified(caller).DecideProbe(caller, request),
    };

    /// <summary>Whether at least one workload may be permitted to receive this credential. In doubt, the answer is yes.</summary>
    public bool PermitsAnyone(ImdsRequest request, CredentialAnswer answer) => AnyoneCheck.IsPermitted(_rules, Question.After(request, answer));

    /// <summary>The alias of a client id, or null.</summary>
    public string? AliasOf(string clientId) => _identities.ByClientId(clientId)?.Name;

    /// <summary>The client id that a request's selector names. Null if the request has no selector or no alias resolves it.</summary>
    public string? ClientIdOf(ImdsRequest request) =>
        request.Selector is { } selector ? _identities.Resolve(selector) : null;

    // A rule taken over from the previous document is the same object, so its compiled form is still valid.
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

    private PodDecisions For(Caller.Pod pod) => (pod.OnHost ? _podsOnHost : _pods).For(pod.Identity);

    private UnidentifiedPolicy Unidentified(Caller caller) => caller.IsOnHost ? _unidentifiedOnHost : _unidentified;

    private CallerPolicy Effective(WorkloadIdentity workload, bool onHost) =>
        new(ModeFor(workload, onHost), _index.Of(workload), onHost && Document.HostNetwork.IsAudited(workload));

    /// <summary>The mode of a workload.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="onHost">Whether its requests come through the node's network.</param>
    internal PolicyMode ModeFor(WorkloadIdentity workload, bool onHost = false) =>
        onHost && Document.HostNetwork.IsAudited(workload) ? PolicyMode.Audit
        : !Document.ModeExceptions.Any(exception => exception.Matches(workload)) ? Mode
        : Mode == PolicyMode.Enforce ? PolicyMode.Audit
        : PolicyMode.Enforce;
}
