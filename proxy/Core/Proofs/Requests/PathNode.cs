namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Paths that no pattern tells apart.</summary>
/// <param name="Example">A member.</param>
/// <param name="Text">The paths in words: <c>*</c> for a segment that nothing mentions, <c>/**</c> where all paths below belong to it.</param>
/// <param name="Matching">The ids of the patterns that match.</param>
internal sealed record PathNode(string Example, string Text, IReadOnlyList<int> Matching);
