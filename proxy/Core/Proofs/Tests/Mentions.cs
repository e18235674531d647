using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>
/// Warns of names in a question that the policy does not mention. A proof about a misspelt name is true, and says nothing about
/// the name that was meant.
/// </summary>
internal sealed class Mentions
{
    private readonly PolicyDocument _policy;
    private readonly ProblemList _problems;
    private readonly MentionedNames _namespaces = new();
    private readonly MentionedNames _accounts = new();
    private readonly MentionedNames _owners = new();
    private readonly SortedSet<string> _clientIds = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _resources = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _paths = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="policy">The policy.</param>
    /// <param name="problems">Receives the warnings.</param>
    public Mentions(PolicyDocument policy, ProblemList problems)
    {
        _policy = policy;
        _problems = problems;
        foreach (var match in policy.Rules.SelectMany(static rule => rule.Workloads.Concat(rule.Except)).Concat(policy.ModeExceptions))
        {
            _namespaces.Add(match.Namespaces);
            _accounts.Add(match.ServiceAccounts);
            _owners.Add(match.Owners);
        }

        foreach (var rule in policy.Rules)
        {
            foreach (var allow in rule.Allow)
            {
                Add(allow.Path, allow.Identities, allow.Resources);
            }

            foreach (var deny in rule.Deny)
            {
                Add(deny.Path, deny.Identities, deny.Resources);
            }
        }

        _clientIds.UnionWith(policy.Identities.Select(static alias => alias.ClientId));
    }

    /// <summary>Checks the tests of a policy.</summary>
    public void CheckTests(LocatedValue tests)
    {
        foreach (var never in Member(tests, "never")?.Items ?? [])
        {
            foreach (var match in (Member(never, "workloads")?.Items ?? []).Concat(Member(never, "except")?.Items ?? []))
            {
                CheckNames(match, "namespaces", _namespaces, "namespace");
                CheckNames(match, "serviceAccounts", _accounts, "service account");
                CheckNames(match, "owners", _owners, "owner");
            }

            foreach (var goal in Member(never, "allow")?.Items ?? [])
            {
                CheckGoal(goal);
            }
        }
    }

    /// <summary>Checks the requests in question.</summary>
    public void CheckGoal(LocatedValue goal)
    {
        foreach (var identity in Member(goal, "identities")?.Items ?? [])
        {
            CheckIdentity(identity);
        }

        foreach (var resource in Member(goal, "resources")?.Items ?? [])
        {
            if (!_resources.Contains(Trimmed(resource.Text)) && NearKey.Of(Trimmed(resource.Text), _resources) is { } near)
            {
                _problems.Warning(resource, $"no rule mentions this resource: did you mean '{near}'?");
            }
        }

        if (Member(goal, "path") is { } path && !_paths.Contains(path.Text) && !IsKnown(path.Text))
        {
            _problems.Warning(path, "no rule mentions this path, and IMDS is not known to have it: check its spelling");
        }
    }

    /// <summary>Checks one workload, given by its names.</summary>
    public IEnumerable<string> CheckWorkload(string ns, string serviceAccount)
    {
        if (!_namespaces.Covers(ns))
        {
            yield return $"namespace '{ns}': {Unmentioned("namespace", _namespaces.NearTo(ns))}";
        }

        // Rules often name a namespace alone, so an account that no rule mentions is usual.
        if (!_accounts.Covers(serviceAccount) && _accounts.NearTo(serviceAccount) is { } near)
        {
            yield return $"service account '{serviceAccount}': {Unmentioned("service account", near)}";
        }
    }

    private static bool IsKnown(string path)
    {
        var shape = new PathShape(path);
        return ImdsEndpoints.All.Any(endpoint => shape.Overlaps(endpoint, StringComparison.OrdinalIgnoreCase));
    }

    private static LocatedValue? Member(LocatedValue at, string name) => Array.Find(at.Members, member => member.Name == name).Value;

    private static string Trimmed(string resource) => resource.EndsWith('/') ? resource[..^1] : resource;

    private static string Unmentioned(string kind, string? near) =>
        $"no rule mentions this {kind}{(near is null ? ": check the spelling" : $": did you mean '{near}'?")}";

    private void CheckNames(LocatedValue match, string key, MentionedNames mentioned, string kind)
    {
        foreach (var name in Member(match, key)?.Items ?? [])
        {
            if (!mentioned.Covers(name.Text))
            {
                _problems.Warning(name, Unmentioned(kind, mentioned.NearTo(name.Text)));
            }
        }
    }

    // A rule compares client ids, so no request for another id of an identity is ever found, whatever the policy permits.
    private void CheckIdentity(LocatedValue at)
    {
        if (_policy.Identities.FirstOrDefault(alias => at.Text.Equals(alias.ObjectId, StringComparison.OrdinalIgnoreCase)) is { } alias)
        {
            _problems.Error(at, $"this is the object id of the identity '{alias.Name}': write the alias, or its client id");
        }
        else if (QueryValue.CanonicalGuid(at.Text) is { } clientId && !_clientIds.Contains(clientId))
        {
            _problems.Warning(at, "neither an alias nor a rule has this client id: check it");
        }
    }

    private void Add(PathPattern? path, ImmutableArray<string> identities, ImmutableArray<string> resources)
    {
        if (path is not null)
        {
            _paths.Add(path.Text);
        }

        _clientIds.UnionWith(identities.IsDefault ? [] : identities);
        _resources.UnionWith(resources.IsDefault ? [] : resources.Where(static resource => resource != "*").Select(Trimmed));
    }
}
