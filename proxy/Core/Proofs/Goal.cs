using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs;

/// <summary>
/// Builds the set of requests that a question is about. It is written like a <c>deny</c>, and matches as broadly. Identities and
/// resources are those of the credential that is released; a certificate matches every resource, because it is good for any.
/// </summary>
public static class Goal
{
    /// <summary>Every credential of an identity.</summary>
    /// <param name="identity">An alias of the policy or a client id (36 lower-case characters).</param>
    /// <param name="resource">The resource, or null for any.</param>
    public static DenyPermission Identity(string identity, string? resource = null) =>
        new(null, default, [identity], resource is null ? default(ImmutableArray<string>) : [resource], Quiet: false);

    /// <summary>Every request of a path.</summary>
    /// <param name="path">A canonical path; may contain wildcards.</param>
    /// <param name="method">The method in upper case, or null for any.</param>
    public static DenyPermission Path(string path, string? method = null) =>
        new(PathPattern.Of(path), method is null ? default(ImmutableArray<string>) : [method], default, default, Quiet: false);
}
