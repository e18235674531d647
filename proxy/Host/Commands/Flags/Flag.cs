using System.CommandLine;
using System.CommandLine.Parsing;

namespace ImdsProxy.Commands.Flags;

/// <summary>Makes the options of all commands alike: each flag has an environment variable, and says so in its help.</summary>
internal static class Flag
{
    /// <summary>A flag of one value.</summary>
    /// <param name="name">With its dashes, for example <c>--node-name</c>.</param>
    /// <param name="description">One sentence for <c>--help</c>.</param>
    /// <param name="parse">Turns the text into a value; throws <see cref="FormatException"/> with the cure.</param>
    /// <param name="defaultText">What the flag is when neither it nor its variable is given, or null for none.</param>
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

    /// <summary>A flag of text.</summary>
    public static Option<string?> Text(string name, string description, string? defaultText = null) =>
        Of<string?>(name, description, text => text, defaultText);

    /// <summary>A flag that is on or off.</summary>
    public static Option<bool> Switch(string name, string description)
    {
        var variable = Variable(name);
        return new Option<bool>(name)
        {
            Description = $"{description} [${variable}]",
            DefaultValueFactory = result => Default(result, name, ParseSwitch, "false"),
        };
    }

    /// <summary>The environment variable of a flag: <c>--node-name</c> is <c>IMDS_PROXY_NODE_NAME</c>.</summary>
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
            result.AddError($"{name} takes one value, once");
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
