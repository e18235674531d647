namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>The object or objects that a request's path names.</summary>
/// <param name="Resource">The kind.</param>
/// <param name="Namespace">The namespace; null for all namespaces, or if the kind has none.</param>
/// <param name="Name">The object's name; null for all objects.</param>
/// <param name="Sub">The subresource, such as the log.</param>
internal sealed record ObjectPath(ApiResource Resource, string? Namespace, string? Name, string? Sub)
{
    public static ObjectPath? Parse(string path)
    {
        var (groupVersion, rest) = path.Trim('/').Split('/') switch
        {
            ["api", var version, .. var after] => (version, after),
            ["apis", var group, var version, .. var after] => ($"{group}/{version}", after),
            _ => ("", []),
        };
        var (ns, names) = rest is ["namespaces", var named, _, ..] ? (named, rest[2..]) : (null, rest);
        var resource = names.Length == 0 ? null : ApiResource.All.FirstOrDefault(one => one.GroupVersion == groupVersion && one.Plural == names[0]);
        return resource is null ? null : new ObjectPath(resource, ns, names.ElementAtOrDefault(1), names.ElementAtOrDefault(2));
    }
}
