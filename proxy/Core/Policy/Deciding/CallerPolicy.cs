using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>
/// What one workload may, worked out once for it and one revision: the permissions that speak of it, and below that,
/// per path, those that speak of the path. A request then costs a lookup and the few permissions left.
/// </summary>
internal sealed class CallerPolicy
{
    /// <summary>A pod chooses the paths it asks for; IMDS's known clients use some twenty.</summary>
    private const int MaxRememberedPaths = 128;

    private readonly ImmutableArray<CompiledAllow> _allows;
    private readonly ImmutableArray<CompiledDeny> _denies;
    // One lock: to count takes all there are, and a pod that asks for ever new paths makes each request count.
    private readonly ConcurrentDictionary<PathKey, PathPolicy> _paths = new(concurrencyLevel: 1, capacity: 7);

    /// <param name="mode">The workload's mode.</param>
    /// <param name="rules">The rules that speak of it, by their names.</param>
    public CallerPolicy(PolicyMode mode, List<CompiledRule> rules)
    {
        Mode = mode;
        _allows = Allows(rules);
        _denies = Denies(rules);
    }

    public PolicyMode Mode { get; }

    /// <summary>Decides a request with what is known of its identity and resource.</summary>
    /// <param name="caller">Whose policy this is.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="otherwise">The reason of a denial for want of an allow, where the request's own shape gives none.</param>
    public Decision Decide(Caller caller, in Question question, Reason otherwise)
    {
        var path = ForPath(question.Request);
        return Deny(caller, question, path, out var shadow) ?? Allow(caller, question, path, shadow, otherwise);
    }

    /// <summary>
    /// The denial of a probe, which asks without the header that IMDS requires, or null where something is allowed on
    /// its path.
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

    // The denial that is enforced, or null; then the first that is not, if there is one.
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

    // The pinned identity is what a deny by identity waited for.
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
        new(caller, request, Reason.DenyRule, deny.Rule.Name, deny.Rule.Mode ?? Mode, deny.Source.Quiet);

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

    // Into arrays of their size: of thousands of rules, each pod's own are worked out at once when a policy changes.
    private static ImmutableArray<CompiledAllow> Allows(List<CompiledRule> rules)
    {
        var allows = ImmutableArray.CreateBuilder<CompiledAllow>(rules.Sum(static rule => rule.Allows.Length));
        foreach (var rule in rules)
        {
            allows.AddRange(rule.Allows);
        }

        return allows.MoveToImmutable();
    }

    // In the order of CompiledDeny.Louder.
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
