using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>Parses the text of a rule.</summary>
internal static class RuleParser
{
    /// <summary>Parses the part that follows <c>-A CHAIN</c>.</summary>
    public static Rule Parse(string text)
    {
        var options = ImmutableArray.CreateBuilder<RuleOption>();
        string? comment = null;
        foreach (var option in Options(text))
        {
            if (option.Name == "--comment")
            {
                comment = option.Values.FirstOrDefault();
            }
            else if (option.Name is not ("-m" or "-A"))
            {
                options.Add(option);
            }
        }

        return new Rule(text, options.ToImmutable(), comment);
    }

    private static IEnumerable<RuleOption> Options(string text)
    {
        RuleOption? option = null;
        var negateNext = false;
        foreach (var word in RuleWord.Split(text))
        {
            if (word.IsNegation)
            {
                negateNext = true;
                continue;
            }

            if (word.IsOption)
            {
                if (option is not null)
                {
                    yield return option;
                }

                option = new RuleOption(negateNext, ShortName(word.Text), []);
            }
            else if (option is not null)
            {
                // "-d ! 10.0.0.1" is the older way to negate an option.
                option = option with { Negated = option.Negated || negateNext, Values = option.Values.Add(word.Text) };
            }

            negateNext = false;
        }

        if (option is not null)
        {
            yield return option;
        }
    }

    private static string ShortName(string option) => option switch
    {
        "--destination" or "--dst" => "-d",
        "--source" or "--src" => "-s",
        "--protocol" or "--proto" => "-p",
        "--in-interface" => "-i",
        "--out-interface" => "-o",
        "--jump" => "-j",
        "--goto" => "-g",
        "--match" => "-m",
        "--destination-port" => "--dport",
        "--destination-ports" => "--dports",
        _ => option,
    };
}
