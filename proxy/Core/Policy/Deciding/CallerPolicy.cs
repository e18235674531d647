using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>
/// The policy of one workload under one revision. Selects the permissions that apply to the workload once, and those that
/// apply to a path once per path. A request then costs one lookup and a few comparisons.
/// </summary>
internal sealed class CallerPolicy
{
    /// <summary>Bounds the memory that a pod can fill with paths of its choice. IMDS's known clients use about twenty paths.</summary>
    private const int MaxRememberedPaths = 128;

    private readonly ImmutableArray<CompiledAllow> _allows;
    private readonly ImmutableArray<CompiledDeny> _denies;
    private readonly bool _isCapped;

    // The dictionary has only one lock, because Count takes all locks, and each request for a new path reads Count.
    private readonly ConcurrentDictionary<PathKey, PathPolicy> _paths = new(concurrencyLevel: 1, capacity: 7);

    /// <param name="mode">The workload's mode.</param>
    /// <param name="rules">The rules that apply to the workload, sorted by name.</param>
    /// <param name="isCapped">Whether the workload is only audited, even where a rule has its own mode.</param>
    public CallerPolicy(PolicyMode mode, List<CompiledRule> rules, bool isCapped = false)
    {
        Mode = mode;
        _isCapped = isCapped;
        _allows = Allows(rules);
        _denies = Denies(rules);
    }

    public PolicyMode Mode { get; }

    /// <summary>Decides a request from its known identity and resource.</summary>
    /// <param name="caller">The caller, a pod of this workload.</param>
    /// <param name="question">The request, its identity and its resource.</param>
    /// <param name="otherwise">The reason for a denial if no permission allows the request and no more specific reason applies.</param>
    public Decision Decide(Caller caller, in Question question, Reason otherwise)
    {
        var path = ForPath(question.Request);
        return Deny(caller, question, path, out var shadow) ?? Allow(caller, question, path, shadow, otherwise);
    }

    /// <summary>
    /// The denial of a probe, which is a request without the header that IMDS requires. Null if a permission allows something on its
    /// path.
    /// </summary>
    public Denial? DecideProbe(Caller caller, ImdsRequest request)
    {
        var path = ForPath(request);
        Denial? shadow = null;
        foreach (var deny in path.Denies)
        {
            if (!deny.IsUnconditional)
            {
                continue;
            }

            var denial = Denied(caller, request, deny);
            if (denial.Mode == PolicyMode.Enforce)
            {
                return denial;
            }

            shadow ??= denial;
        }

        var nothing = path.Allows.IsEmpty ? new Denial(caller, request, NothingAllowed(request), null, Mode) : null;
        return nothing is { Mode: PolicyMode.Enforce } ? nothing : shadow ?? nothing;
    }

    // Returns the first enforced denial, or null. The shadow is the first denial that is not enforced, if any.
    private Denial? Deny(Caller caller, in Question question, PathPolicy path, out Denial? shadow)
    {
        shadow = null;
        foreach (var deny in path.Denies)
        {
            if (deny.MatchDetails(question) != MatchResult.Match)
            {
                continue;
            }

            var denial = Denied(caller, question.Request, deny);
            if (denial.Mode == PolicyMode.Enforce)
            {
                return denial;
            }

            shadow ??= denial;
        }

        return null;
    }

    private Decision Allow(Caller caller, in Question question, PathPolicy path, Denial? shadow, Reason otherwise)
    {
        var search = new AllowSearch(otherwise);
        foreach (var allow in path.Allows)
        {
            search.Look(allow, question);
        }

        if (search.Found is null || search.PinsDiffer)
        {
            return Refuse(caller, question, shadow, search.PinsDiffer ? Reason.PinAmbiguous : search.Nearest);
        }

        return search.Found.Pin is { } pin && question.HasNoIdentity
            ? Pinned(caller, question, path, search.Found, pin, shadow)
            : new Permit(caller, question.Request, search.Found.Rule.Name, Mode, shadow) { View = search.View };
    }

    private Decision Refuse(Caller caller, in Question question, Denial? shadow, Reason nearest)
    {
        var reason = question.Request.Endpoint.IsKnown ? nearest : NothingAllowed(question.Request);
        var denial = new Denial(caller, question.Request, reason, null, Mode);
        return Mode == PolicyMode.Enforce ? denial : new Permit(caller, question.Request, null, Mode, shadow ?? denial);
    }

    // Denies that name identities could not be decided earlier, because the request named no identity. The pinned identity decides them now.
    private Decision Pinned(Caller caller, in Question question, PathPolicy path, CompiledAllow allow, PinnedRequests pin, Denial? shadow)
    {
        if (Mode == PolicyMode.Audit)
        {
            return new Permit(caller, question.Request, allow.Rule.Name, Mode, shadow) { Pin = pin.Alias };
        }

        var request = pin.Of(question.Request);
        return Deny(caller, question.As(request, pin.ClientId), path, out var pinnedShadow)
            ?? (Decision)new Permit(caller, request, allow.Rule.Name, Mode, shadow ?? pinnedShadow) { Pin = pin.Alias };
    }

    private Denial Denied(Caller caller, ImdsRequest request, CompiledDeny deny) =>
        new(caller, request, Reason.DenyRule, deny.Rule.Name, _isCapped ? Mode : deny.Rule.Mode ?? Mode, deny.Source.Quiet);

    private static Reason NothingAllowed(ImdsRequest request) =>
        request.Endpoint.IsKnown ? Reason.NoRule : Reason.UnknownEndpoint;

    private PathPolicy ForPath(ImdsRequest request)
    {
        var key = new PathKey(request.Method, request.Path);
        if (_paths.TryGetValue(key, out var known))
        {
            return known;
        }

        var path = new PathPolicy(
            [.. _allows.Where(allow => allow.MatchPath(request) == MatchResult.Match)],
            [.. _denies.Where(deny => deny.MatchPath(request) == MatchResult.Match)]);
        if (_paths.Count < MaxRememberedPaths)
        {
            _paths.TryAdd(key, path);
        }

        return path;
    }

    // The arrays have the exact size, because a policy change computes these arrays for every pod at once.
    private static ImmutableArray<CompiledAllow> Allows(List<CompiledRule> rules)
    {
        var allows = ImmutableArray.CreateBuilder<CompiledAllow>(rules.Sum(static rule => rule.Allows.Length));
        foreach (var rule in rules)
        {
            allows.AddRange(rule.Allows);
        }

        return allows.MoveToImmutable();
    }

    // The result is in the order of CompiledDeny.Louder, because the rules are already sorted by name.
    private static ImmutableArray<CompiledDeny> Denies(List<CompiledRule> rules)
    {
        var denies = ImmutableArray.CreateBuilder<CompiledDeny>(rules.Sum(static rule => rule.Denies.Length));
        foreach (var quiet in new[] { false, true })
        {
            foreach (var rule in rules)
            {
                foreach (var deny in rule.Denies)
                {
                    if (deny.Source.Quiet == quiet)
                    {
                        denies.Add(deny);
                    }
                }
            }
        }

        return denies.MoveToImmutable();
    }

    private readonly record struct PathKey(string Method, string Path);

    private sealed record PathPolicy(ImmutableArray<CompiledAllow> Allows, ImmutableArray<CompiledDeny> Denies);
}
