using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImdsProxy.Redirect.Node;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Runs each program that only reads once, because several checks read the same rules.</summary>
internal sealed class RememberedPrograms(RunProgram run)
{
    private readonly ConcurrentDictionary<string, Task<ProgramResult?>> _known = new(StringComparer.Ordinal);

    public Task<ProgramResult?> RunAsync(string program, ImmutableArray<string> arguments, string? input, CancellationToken cancellation) =>
        input is null
            ? _known.GetOrAdd($"{program} {string.Join(' ', arguments)}", _ => run(program, arguments, input, cancellation))
            : run(program, arguments, input, cancellation);
}
