using System.Text;

namespace ImdsProxy.Redirect.Rules;

/// <summary>One word of a rule's text.</summary>
/// <param name="Text">The word, without its quotes.</param>
/// <param name="Quoted">Whether any part of the word was in quotes, as comments are. A quoted word is never an option.</param>
internal readonly record struct RuleWord(string Text, bool Quoted)
{
    public bool IsNegation => !Quoted && Text == "!";

    public bool IsOption => !Quoted && Text.StartsWith('-');

    /// <summary>Splits a text at spaces outside of quotes.</summary>
    public static IEnumerable<RuleWord> Split(string text)
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
                    yield return new RuleWord(word.ToString(), quoted);
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
            yield return new RuleWord(word.ToString(), quoted);
        }
    }
}
