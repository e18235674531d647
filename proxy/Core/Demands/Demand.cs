using System.Collections.Immutable;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands;

/// <summary>
/// A demand: requests of one workload for the same thing, with the evidence for it. If IMDS answered equal requests with
/// different credentials, each answer is a separate demand, and the requests without an answer are one more demand.
/// </summary>
/// <param name="Key">Who asked, and for what.</param>
/// <param name="Answer">The credential with which IMDS answered, or null if IMDS was not asked, refused, or issues no credential for the request.</param>
/// <param name="Parts">The requests by how they ended, in a fixed order. At least one.</param>
public sealed record Demand(DemandKey Key, DemandAnswer? Answer, ImmutableArray<DemandPart> Parts)
{
    /// <summary><c>d-</c> and 12 hex digits, the same in every run.</summary>
    public required string Id { get; init; }

    /// <summary>The first request in the whole log, whatever time range was asked for.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>The first request in the time range.</summary>
    public required DateTimeOffset First { get; init; }

    /// <summary>The number of nodes; an estimate above 256.</summary>
    public required int Nodes { get; init; }

    /// <summary>Up to five pods.</summary>
    public required ImmutableArray<string> PodNames { get; init; }

    /// <summary>Up to three user agents.</summary>
    public required ImmutableArray<string> UserAgents { get; init; }

    /// <summary>The status codes that the caller got, with their number.</summary>
    public required ImmutableSortedDictionary<int, long> Statuses { get; init; }

    /// <summary>The pods that asked.</summary>
    internal DistinctSample Pods { get; init; } = new();

    /// <summary>The number of pods; an estimate above 256.</summary>
    public int PodCount => Pods.Count;

    /// <summary>The number of requests in the time range.</summary>
    public long Requests => Parts.Sum(static part => part.Requests);

    /// <summary>The last request in the time range.</summary>
    public DateTimeOffset Last => Parts.Max(static part => part.Last);

    /// <summary>The number of days with a request in the time range.</summary>
    public int Days => Parts.SelectMany(static part => part.PerDay).Select(static day => day.Day).Distinct().Count();

    /// <summary>Whether the caller got what it asked for at least once.</summary>
    public bool IsAnswered => Parts.Any(static part => part.Outcome == DemandOutcome.Answered);

    /// <summary>The number of requests by verdict.</summary>
    public ImmutableSortedDictionary<Verdict, long> Verdicts =>
        Parts.GroupBy(static part => part.Verdict).ToImmutableSortedDictionary(static same => same.Key, static same => same.Sum(static part => part.Requests));
}
