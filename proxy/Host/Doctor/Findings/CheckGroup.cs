using System.Collections.Immutable;

namespace ImdsProxy.Doctor.Findings;

/// <summary>Checks about one subject.</summary>
/// <param name="Title">The title in the output.</param>
/// <param name="Checks">The checks, in the order in which a reader should look at them.</param>
internal sealed record CheckGroup(string Title, ImmutableArray<ICheck> Checks);
