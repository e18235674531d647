using System.Collections.Immutable;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>What all parts are asked.</summary>
/// <param name="Kind">The kind of the lines of an answer.</param>
/// <param name="Arguments">The command line of the program on the node.</param>
/// <param name="Begin">Returns the receiver of a part's answer, by the part's place.</param>
/// <param name="HasNoEnd">Whether the answers go on until the user ends them.</param>
internal sealed record NodeQuestion(string Kind, ImmutableArray<string> Arguments, Func<int, IPartAnswer> Begin, bool HasNoEnd = false);
