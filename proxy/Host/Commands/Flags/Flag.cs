using System.CommandLine;
using System.CommandLine.Parsing;

namespace ImdsProxy.Commands.Flags;

/// <summary>Creates the options of all commands in one style. Each flag has an environment variable, which the flag's help names.</summary>
internal static class Flag
{
    /// <summary>Creates a flag that takes one value.</summary>
    /// <param name="name">The name with its dashes, for example <c>--node-name</c>.</param>
    /// <param name="description">One sentence for <c>--help</c>.</param>
    /// <param name="parse">Parses the value; throws a <see cref="FormatException"/> that says what to write instead.</param>
    /// <param name="defaultText">The value if neither the flag nor its variable is set, or null for no default.</param>
    public static Option<T> Of<T>(string name, string description, Func<string, T> parse, string? defaultText = null)
    {
        var variable = Variable(name);
        return new Option<T>(name)
        {
            Description = $"{description} [${variable}{(defaultText is null ? "" : $"; default {defaultText}")}]",
            CustomParser = result => Parse(result, name, parse),
            DefaultValueFactory = result => Default(result, name, parse, defaultText),
        };
    }

    /// <summary>Creates a flag that takes any text.</summary>
    public static Option<string?> Text(string name, string description, string? defaultText = null) =>
        Of<string?>(name, description, text => text, defaultText);

    /// <summary>Creates a flag that is on or off.</summary>
    public static Option<bool> Switch(string name, string description)
    {
        var variable = Variable(name);
        return new Option<bool>(name)
        {
            Description = $"{description} [${variable}]",
            DefaultValueFactory = result => Default(result, name, ParseSwitch, "false"),
        };
    }

    /// <summary>Returns the environment variable of a flag: <c>IMDS_PROXY_NODE_NAME</c> for <c>--node-name</c>.</summary>
    public static string Variable(string name) =>
        "IMDS_PROXY_" + name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    private static bool ParseSwitch(string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" or "on" or "yes" => true,
        "false" or "0" or "off" or "no" or "" => false,
        _ => throw new FormatException("write true or false"),
    };

    private static T Parse<T>(ArgumentResult result, string name, Func<string, T> parse)
    {
        if (result.Tokens.Count != 1)
        {
            result.AddError($"{name}: give this flag once, with one value");
            return default!;
        }

        return Convert(result, name, result.Tokens[0].Value, parse);
    }

    private static T Default<T>(ArgumentResult result, string name, Func<string, T> parse, string? defaultText)
    {
        var variable = Variable(name);
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? Convert(result, $"${variable}", value, parse)
            : defaultText is null ? default! : parse(defaultText);
    }

    private static T Convert<T>(ArgumentResult result, string place, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            result.AddError($"{place}: '{text}': {e.Message}");
            return default!;
        }
    }
}
