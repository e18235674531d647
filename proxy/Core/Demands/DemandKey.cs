using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands;

/// <summary>What all requests of a demand have in common: who asked, and for what.</summary>
/// <param name="Workload">The caller's namespace and service account.</param>
/// <param name="Owner">The caller's owner as <c>Kind/name</c>, or null for a bare pod.</param>
/// <param name="Method">The method, in upper case.</param>
/// <param name="Path">The canonical path.</param>
public sealed record DemandKey(DemandWorkload Workload, string? Owner, string Method, string Path)
{
    /// <summary>Whether the request lacked the header that IMDS requires. SDKs look for IMDS that way.</summary>
    public bool IsProbe { get; init; }

    /// <summary>Whether the requests came through the node's network, so that the policy's <c>hostNetwork</c> limits how far it is enforced.</summary>
    public bool IsOnHost { get; init; }

    /// <summary>The resource as it was asked for, or null.</summary>
    public string? Resource { get; init; }

    /// <summary>The query key that names the identity, such as <c>client_id</c>, or null.</summary>
    public string? SelectorKind { get; init; }

    /// <summary>The identity as the request names it, or null.</summary>
    public string? Selector { get; init; }

    /// <summary>The identity that the policy in force added to the request, as that policy names it, or null.</summary>
    public string? Pin { get; init; }

    /// <summary>Whether the record was truncated, so that this key may stand for several requests.</summary>
    public bool IsCut { get; init; }

    /// <summary>Whether the request had query keys that its record does not name. Only records of old versions lack these names.</summary>
    public bool LacksExtraQuery { get; init; }

    /// <summary>The sorted names of query keys that IMDS is not known to have, separated by commas, which no key contains. Empty if there are none.</summary>
    public string ExtraNames { get; init; } = "";

    /// <summary>The sorted names of query keys that IMDS is not known to have.</summary>
    public ImmutableArray<string> ExtraQuery => ExtraNames.Length == 0 ? [] : [.. ExtraNames.Split(',')];

    /// <summary>The endpoint of the path.</summary>
    public Endpoint Endpoint => ImdsEndpoints.Find(Path);
}
