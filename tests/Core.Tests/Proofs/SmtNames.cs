using System.Collections.Immutable;
using System.Globalization;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>
/// One name of a workload, as a number that the solver chooses. Each number stands for a string. A pattern is a name, or a prefix and
/// <c>*</c>, so two strings with the same longest prefix that equal no name match the same patterns. The strings are therefore each
/// prefix and each name, and both followed by a letter with which nothing goes on. Z3's own strings would need minutes for a pair of policies.
/// </summary>
internal sealed class SmtNames
{
    private const string Fresh = "q";

    private readonly string _variable;
    private readonly ImmutableArray<string> _strings;
    private readonly int _bits;

    /// <param name="variable">The name of the solver's variable.</param>
    /// <param name="patterns">Every pattern that any of the policies mentions.</param>
    public SmtNames(string variable, IEnumerable<string> patterns)
    {
        _variable = variable;
        List<string> stems = ["", .. patterns.Select(Stem).Distinct(StringComparer.Ordinal)];
        if (stems.Exists(stem => stems.Exists(other => other.StartsWith(stem + Fresh, StringComparison.Ordinal))))
        {
            throw new ArgumentException($"A pattern goes on with '{Fresh}', which must be a new letter everywhere.", nameof(patterns));
        }

        _strings = [.. stems.SelectMany(static stem => new[] { stem, stem + Fresh }).Where(static text => text.Length > 0).Distinct(StringComparer.Ordinal)];
        _bits = BitsFor(_strings.Length);
    }

    /// <summary>Declares the variable.</summary>
    public string Declaration => $"(declare-const {_variable} (_ BitVec {_bits}))(assert (bvult {_variable} {Number(_strings.Length, _bits)}))\n";

    /// <summary>Whether the name matches a pattern.</summary>
    public string Matches(string pattern)
    {
        var matching = Enumerable.Range(0, _strings.Length).Where(index => IsMatch(pattern, _strings[index]));
        return $"(or false {string.Join(' ', matching.Select(index => $"(= {_variable} {Number(index, _bits)})"))})";
    }

    /// <summary>The string that the solver chose.</summary>
    /// <param name="number">The variable's value.</param>
    public string Of(string number) => _strings[Value(number)];

    /// <summary>A number of so many bits, in SMT-LIB.</summary>
    public static string Number(int value, int bits) => "#b" + value.ToString("b", CultureInfo.InvariantCulture).PadLeft(bits, '0');

    /// <summary>The value of a number. Z3 writes four bits as one hexadecimal digit where it can.</summary>
    public static int Value(string number) => int.Parse(
        number.AsSpan(2), number[1] == 'x' ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture);

    /// <summary>The bits that a number up to and including this one needs.</summary>
    public static int BitsFor(int number) => 32 - int.LeadingZeroCount(number);

    private static bool IsMatch(string pattern, string text) =>
        pattern.EndsWith('*') ? text.StartsWith(pattern[..^1], StringComparison.Ordinal) : text == pattern;

    private static string Stem(string pattern) => pattern.EndsWith('*') ? pattern[..^1] : pattern;
}
