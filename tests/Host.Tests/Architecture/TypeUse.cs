namespace ImdsProxy.Host.Tests.Architecture;

/// <summary>One type's use of another type or of its member, as found in the compiled assembly.</summary>
/// <param name="From">The full name of the outermost type that contains the use.</param>
/// <param name="To">The full name of the outermost type that is used.</param>
/// <param name="Member">The member used, or null if only the type is named.</param>
internal readonly record struct TypeUse(string From, string To, string? Member)
{
    public string FromNamespace => Namespace(From);

    public string ToNamespace => Namespace(To);

    public override string ToString() => Member is null ? $"{From} uses {To}" : $"{From} uses {To}.{Member}";

    private static string Namespace(string type) => type.LastIndexOf('.') is var dot and > 0 ? type[..dot] : "";
}
