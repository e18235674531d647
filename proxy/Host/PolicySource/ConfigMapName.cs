namespace ImdsProxy.PolicySource;

/// <summary>The ConfigMap that holds the policy, and the key in it. Without a key, all keys <c>*.json</c> together form the policy.</summary>
internal sealed record ConfigMapName(string Namespace, string Name, string? Key)
{
    /// <summary>Reads <c>NAMESPACE/NAME[/KEY]</c>; throws a <see cref="FormatException"/> that states the expected format.</summary>
    public static ConfigMapName Parse(string text) => text.Split('/') switch
    {
        [{ Length: > 0 } ns, { Length: > 0 } name] => new ConfigMapName(ns, name, null),
        [{ Length: > 0 } ns, { Length: > 0 } name, { Length: > 0 } key] => new ConfigMapName(ns, name, key),
        _ => throw new FormatException("write NAMESPACE/NAME or NAMESPACE/NAME/KEY"),
    };

    public override string ToString() => Key is null ? $"{Namespace}/{Name}" : $"{Namespace}/{Name}/{Key}";
}
