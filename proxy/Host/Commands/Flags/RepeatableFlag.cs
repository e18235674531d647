using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;

namespace ImdsProxy.Commands.Flags;

/// <summary>A flag that may be given several times. Its environment variable holds the values, separated by commas.</summary>
internal static class RepeatableFlag
{
    /// <param name="name">The name with its dashes.</param>
    /// <param name="description">One sentence for <c>--help</c>.</param>
    /// <param name="parse">Parses one value; throws a <see cref="FormatException"/> that says what to write instead.</param>
    public static Option<ImmutableArray<T>> Of<T>(string name, string description, Func<string, T> parse) => new(name)
    {
        Description = $"{description} [${Flag.Variable(name)}, values separated by commas]",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => Parse(result, name, result.Tokens.Select(token => token.Value), parse),
        DefaultValueFactory = result => Parse(result, $"${Flag.Variable(name)}", FromEnvironment(name), parse),
    };

    private static string[] FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable(Flag.Variable(name))?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static ImmutableArray<T> Parse<T>(ArgumentResult result, string place, IEnumerable<string> texts, Func<string, T> parse)
    {
        var values = ImmutableArray.CreateBuilder<T>();
        foreach (var text in texts)
        {
            try
            {
                values.Add(parse(text));
            }
            catch (FormatException e)
            {
                result.AddError($"{place}: '{text}': {e.Message}");
            }
        }

        return values.ToImmutable();
    }
}
