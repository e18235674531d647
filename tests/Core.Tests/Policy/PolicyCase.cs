namespace ImdsProxy.Core.Tests.Policy;

/// <summary>A document and all the problems it has, each as <c>E|W pointer:line message fragment</c>.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Json">The document.</param>
/// <param name="SchemaRefuses">Whether the JSON Schema sees it too.</param>
/// <param name="Problems">In the order of the document.</param>
public sealed record PolicyCase(string Name, string Json, bool SchemaRefuses, params string[] Problems)
{
    public override string ToString() => Name;
}
