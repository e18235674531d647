using System.Collections.Immutable;
using System.CommandLine;
using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Policy;

/// <summary>The flags of <c>policy suggest</c>.</summary>
internal sealed class SuggestFlags
{
    private const int Id = 14;

    private readonly Option<string?> _base = new("--base") { Description = $"The policy that the suggestion is added to. {PolicyInput.Forms}" };

    private readonly Option<TimeSpan?> _settle = Flag.Of<TimeSpan?>(
        "--settle", "How long ago a demand must have been seen first, at least 1d; without it 7 days for credentials and POST, 1 day for the rest", Settle);

    private readonly Option<int> _minDays = Flag.Of("--min-days", "On how many days a demand must have been seen", FlagValues.Count, "2");
    private readonly Option<string[]> _protect = Repeated("--protect", "An identity that is never proposed: an alias of the base, or a client id");
    private readonly Option<string[]> _accept = Repeated("--accept", "The id of a demand that is left out and that you have looked at, such as d-0123456789ab: it is put in");
    private readonly Option<string> _form = OutputFlag.Of("text", "json", "fragment", "values");

    public SuggestFlags() => _accept.Validators.Add(static result =>
    {
        foreach (var token in result.Tokens.Where(static token => !token.Value.StartsWith("d-", StringComparison.Ordinal) || token.Value.Length != Id))
        {
            result.AddError($"--accept: '{token.Value}': write the id of one demand, such as d-0123456789ab");
        }
    });

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_base, _settle, _minDays, _protect, _accept, _form])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the flags.</summary>
    /// <exception cref="FormatException">Two things are to be read from stdin.</exception>
    public Asked Read(ParseResult parsed, DemandFlags log)
    {
        var policy = parsed.GetValue(_base);
        var source = log.Source(parsed);
        if (policy == "-" && source.ReadsStdin)
        {
            throw new FormatException("only one of the base and the log can be read from stdin");
        }

        return new Asked(
            policy, parsed.GetValue(_settle), parsed.GetValue(_minDays), [.. parsed.GetValue(_protect) ?? []], [.. parsed.GetValue(_accept) ?? []], source.Names, parsed.GetValue(_form)!);
    }

    private static TimeSpan? Settle(string text) =>
        FlagValues.Duration(text) is var settle && settle >= TimeSpan.FromDays(1) ? settle : throw new FormatException("write at least 1d, such as 7d");

    private static Option<string[]> Repeated(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>What the command line asks.</summary>
    internal sealed record Asked(
        string? Base, TimeSpan? Settle, int MinDays, ImmutableArray<string> Protect, ImmutableArray<string> Accept, ImmutableArray<string> From, string Form);
}
