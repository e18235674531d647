using System.Collections.Immutable;

namespace ImdsProxy.Doctor.Cluster;

/// <summary>A right in RBAC's terms.</summary>
/// <param name="Verb">The verb, or <c>*</c>.</param>
/// <param name="Group">The API group, empty for the core group, or <c>*</c>.</param>
/// <param name="Resource">The resource, or <c>*</c>.</param>
/// <param name="Names">The names of the objects to which the right is limited; none means all objects.</param>
internal sealed record Right(string Verb, string Group, string Resource, ImmutableArray<string> Names)
{
    private const string Any = "*";

    /// <summary>
    /// Whether Kubernetes gives the right to every account (the ClusterRoles system:basic-user and system:discovery): to ask about
    /// itself.
    /// </summary>
    public bool IsOfEveryAccount => Verb == "create" && Group is "authorization.k8s.io" or "authentication.k8s.io" && Resource.StartsWith("self", StringComparison.Ordinal);

    /// <summary>Whether this right includes another.</summary>
    public bool Covers(Right other) =>
        (Verb == Any || Verb == other.Verb)
        && (Group == Any || Group == other.Group)
        && (Resource == Any || Resource == other.Resource)
        && (Names.IsEmpty || (!other.Names.IsEmpty && other.Names.All(name => Names.Contains(name, StringComparer.Ordinal))));

    public override string ToString() =>
        $"{Verb} {Resource}{(Group.Length > 0 ? "." + Group : "")}{(Names.IsEmpty ? "" : $" (only {string.Join(", ", Names)})")}";
}
