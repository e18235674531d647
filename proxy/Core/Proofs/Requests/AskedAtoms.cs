using System.Collections.Immutable;
using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Resources that can be asked for and that each policy decides alike before the request is sent.</summary>
/// <param name="Resources">The resources.</param>
/// <param name="Decisions">The decision of each policy.</param>
internal sealed record AskedAtoms(IReadOnlyList<ResourceAtom> Resources, ImmutableArray<AskedDecision> Decisions);
