namespace ImdsProxy.Core.Tests.Policy;

/// <summary>A document and all its problems, each as <c>E|W pointer:line message fragment</c>.</summary>
/// <param name="Name">The problem.</param>
/// <param name="Json">The document.</param>
/// <param name="SchemaRefuses">Whether the JSON Schema refuses the document too.</param>
/// <param name="Problems">The problems, in document order.</param>
public sealed record PolicyCase(string Name, string Json, bool SchemaRefuses, params string[] Problems)
{
    public override string ToString() => Name;
}
