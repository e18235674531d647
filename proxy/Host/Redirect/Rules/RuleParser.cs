using System.Collections.Immutable;
using System.Text;

namespace ImdsProxy.Redirect.Rules;

/// <summary>Takes the text of a rule apart.</summary>
internal static class RuleParser
{
    /// <summary>Reads what follows <c>-A CHAIN</c>.</summary>
    public static Rule Parse(string text)
    {
        var options = ImmutableArray.CreateBuilder<RuleOption>();
        string? comment = null;
        string? name = null;
        var values = ImmutableArray.CreateBuilder<string>();
        var negated = false;
        var negateNext = false;
        foreach (var (word, quoted) in Words(text))
        {
            if (!quoted && word == "!")
            {
                negateNext = true;
            }
            else if (!quoted && word.StartsWith('-'))
            {
                Add();
                (name, negated, negateNext) = (LongName(word), negateNext, false);
            }
            else
            {
                // "-d ! 10.0.0.1" is the old way to write a negation.
                negated |= negateNext;
                negateNext = false;
                values.Add(word);
            }
        }

        Add();
        return new Rule(text, options.ToImmutable(), comment);

        void Add()
        {
            if (name == "--comment")
            {
                comment = values.FirstOrDefault();
            }
            else if (name is not (null or "-m" or "-A"))
            {
                options.Add(new RuleOption(negated, name, values.ToImmutable()));
            }

            values.Clear();
        }
    }

    private static string LongName(string word) => word switch
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
        _ => word,
    };

    private static IEnumerable<(string Word, bool Quoted)> Words(string text)
    {
        var word = new StringBuilder();
        var quoted = false;
        var inQuotes = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && inQuotes && i + 1 < text.Length)
            {
                word.Append(text[++i]);
            }
            else if (c == '"')
            {
                (inQuotes, quoted) = (!inQuotes, true);
            }
            else if (c == ' ' && !inQuotes)
            {
                if (word.Length > 0 || quoted)
                {
                    yield return (word.ToString(), quoted);
                }

                word.Clear();
                quoted = false;
            }
            else
            {
                word.Append(c);
            }
        }

        if (word.Length > 0 || quoted)
        {
            yield return (word.ToString(), quoted);
        }
    }
}
