using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Node;

/// <summary>Runs a program until it ends. Returns null if the program does not exist.</summary>
internal delegate Task<ProgramResult?> RunProgram(
    string program, ImmutableArray<string> arguments, string? input, CancellationToken cancellation);
