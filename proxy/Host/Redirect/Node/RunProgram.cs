using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Node;

/// <summary>Runs a program to its end. Null when there is no such program.</summary>
internal delegate Task<ProgramResult?> RunProgram(
    string program, ImmutableArray<string> arguments, string? input, CancellationToken cancellation);
