using System.Collections.Immutable;
using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Core.Policy;
using ImdsProxy.Sources;

namespace ImdsProxy.Commands.Rollout;

/// <summary>The flags that both rollout commands have: the policy, and how demands are judged.</summary>
internal sealed class RolloutFlags
{
    private readonly Option<string> _policy = new("--policy") { Description = $"The policy to roll out. {PolicyInput.Forms}", Required = true };

    private readonly Option<TimeSpan?> _settle = Flag.Of<TimeSpan?>(
        "--settle", "How long a demand counts as new; without it 7 days for credentials and POST, 1 day for the rest", static text => FlagValues.Duration(text));

    private readonly Option<string[]> _leftOut = new("--left-out")
    {
        Description = "The id of a demand that may break, by decision: it holds no namespace back",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_policy);
        command.Options.Add(_settle);
        command.Options.Add(_leftOut);
    }

    public string Path(ParseResult parsed) => parsed.GetRequiredValue(_policy);

    public TimeSpan? Settle(ParseResult parsed) => parsed.GetValue(_settle);

    public ImmutableHashSet<string> LeftOut(ParseResult parsed) => [.. parsed.GetValue(_leftOut) ?? []];

    /// <summary>Reads the policy.</summary>
    /// <exception cref="IOException">The policy can't be read.</exception>
    /// <exception cref="FormatException">It holds no policy, the policy has an error, or two things are to be read from stdin.</exception>
    public Task<PolicyDocument> ReadAsync(ParseResult parsed, IAuditSource source, CancellationToken cancellation) =>
        Path(parsed) == "-" && source.ReadsStdin
            ? throw new FormatException("only one of the policy and the log can be read from stdin")
            : PolicyInput.ValidAsync(Path(parsed), Console.OpenStandardInput, cancellation);
}
