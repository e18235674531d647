using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;

namespace ImdsProxy.Workbench;

/// <summary>A demand, as all answers show it.</summary>
internal sealed record DemandJson(string Id, string Namespace, string ServiceAccount, string? Owner, string Method, string Path)
{
    /// <summary>The names of query keys that IMDS is not known to have, if any.</summary>
    public IReadOnlyList<string>? ExtraQuery { get; init; }

    /// <summary>True for a request without the header that IMDS requires.</summary>
    public bool? Probe { get; init; }

    /// <summary>True for requests that came through the node's network.</summary>
    public bool? HostNetwork { get; init; }

    public string? Resource { get; init; }

    public IdentityJson? Identity { get; init; }

    public SelectorJson? Selector { get; init; }

    /// <summary>The identity that the policy in force added to the request.</summary>
    public string? Pin { get; init; }

    public AnsweredJson? Answered { get; init; }

    public required long Requests { get; init; }

    public required int Days { get; init; }

    public required DateTime First { get; init; }

    public required DateTime Last { get; init; }

    /// <summary>The first request in the whole log, whatever the time range.</summary>
    public required DateTime FirstSeen { get; init; }

    public required int Nodes { get; init; }

    public required int PodCount { get; init; }

    /// <summary>Up to five of the pods.</summary>
    public required IReadOnlyList<string> Pods { get; init; }

    public required IReadOnlyList<string> UserAgents { get; init; }

    public required IReadOnlyDictionary<string, long> Verdicts { get; init; }

    public required IReadOnlyDictionary<string, long> Statuses { get; init; }

    public static DemandJson Of(Demand demand, DemandIdentities identities) => new(
        demand.Id, demand.Key.Workload.Namespace, demand.Key.Workload.ServiceAccount, demand.Key.Owner, demand.Key.Method, demand.Key.Path)
    {
        ExtraQuery = demand.Key.ExtraQuery is { IsEmpty: false } names ? [.. names] : null,
        Probe = demand.Key.IsProbe ? true : null,
        HostNetwork = demand.Key.IsOnHost ? true : null,
        Resource = demand.Key.Resource,
        Identity = identities.ClientIdOf(demand) is { } clientId && demand.Key.Endpoint.IssuesCredential ? new IdentityJson(clientId, identities.AliasOf(clientId)?.Name) : null,
        Selector = demand.Key is { SelectorKind: { } kind, Selector: { } value } ? new SelectorJson(kind, value) : null,
        Pin = demand.Key.Pin,
        Answered = demand.Answer is { } answer ? new AnsweredJson(answer.ClientId, answer.Resource, answer.Audience) : null,
        Requests = demand.Requests,
        Days = demand.Days,
        First = demand.First.UtcDateTime,
        Last = demand.Last.UtcDateTime,
        FirstSeen = demand.FirstSeen.UtcDateTime,
        Nodes = demand.Nodes,
        PodCount = demand.PodCount,
        Pods = [.. demand.PodNames],
        UserAgents = [.. demand.UserAgents],
        Verdicts = demand.Verdicts.ToImmutableSortedDictionary(static same => same.Key.Name(), static same => same.Value, StringComparer.Ordinal),
        Statuses = demand.Statuses.ToImmutableSortedDictionary(static same => same.Key.ToString(CultureInfo.InvariantCulture), static same => same.Value, StringComparer.Ordinal),
    };

    internal sealed record IdentityJson(string ClientId, string? Alias);

    internal sealed record SelectorJson(string Kind, string Value);

    internal sealed record AnsweredJson(string ClientId, string? Resource, string? Audience);
}
