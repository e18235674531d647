using System.Buffers;
using System.Text;
using ImdsProxy.Core.Audit.Sql;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches text, in which <c>*</c> stands for any characters.</summary>
internal sealed class TextMatch : ValueMatch
{
    // Characters that no JSON writer escapes.
    private static readonly SearchValues<byte> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:= @"u8);

    private readonly string[] _words;
    private readonly byte[][] _parts;
    private readonly bool _ignoreCase;

    public TextMatch(string pattern, bool ignoreCase = false)
    {
        _words = pattern.Split('*');
        _parts = [.. _words.Select(Encoding.UTF8.GetBytes)];
        _ignoreCase = ignoreCase;
        Literal = ignoreCase ? default : LongestPlain();
    }

    public override ReadOnlyMemory<byte> Literal { get; }

    public override bool Matches(ReadOnlySpan<byte> value)
    {
        if (_parts.Length == 1)
        {
            return Same(value, _parts[0]);
        }

        var (first, last) = (_parts[0], _parts[^1]);
        if (value.Length < first.Length + last.Length || !Same(value[..first.Length], first) || !Same(value[^last.Length..], last))
        {
            return false;
        }

        return HoldsInOrder(value[first.Length..^last.Length]);
    }

    public override string Sql(AuditField field) => field is AuditField.Kind or AuditField.Namespace && IsAny
        ? $"{SqlColumns.Name(field)} != ''"
        : SqlOf(SqlColumns.Name(field));

    /// <summary>The same condition on a text of the store.</summary>
    /// <exception cref="FormatException">The store can't compare in this way.</exception>
    public string SqlOf(string text)
    {
        if (!_ignoreCase)
        {
            return SqlOf(text, _words);
        }

        // The store's lower() changes ASCII only, and a part with other characters has to match exactly.
        return _words.All(static word => Ascii.IsValid(word))
            ? SqlOf($"lower({text})", [.. _words.Select(static word => word.ToLowerInvariant())])
            : throw new FormatException("ClickHouse can't search for a resource with characters other than ASCII: use --text");
    }

    private bool IsAny => _words.All(static word => word.Length == 0);

    private string SqlOf(string text, string[] words) =>
        words.Length == 1 ? $"{text} = {SqlText.Quote(words[0])}"
        : IsAny ? $"{text} IS NOT NULL"
        : $"{text} LIKE {SqlText.QuoteLike(words)}";

    private bool HoldsInOrder(ReadOnlySpan<byte> value)
    {
        foreach (var part in _parts.AsSpan(1, _parts.Length - 2))
        {
            var at = IndexOf(value, part);
            if (at < 0)
            {
                return false;
            }

            value = value[(at + part.Length)..];
        }

        return true;
    }

    private int IndexOf(ReadOnlySpan<byte> value, ReadOnlySpan<byte> part)
    {
        if (!_ignoreCase)
        {
            return value.IndexOf(part);
        }

        for (var at = 0; at + part.Length <= value.Length; at++)
        {
            if (Same(value.Slice(at, part.Length), part))
            {
                return at;
            }
        }

        return -1;
    }

    private bool Same(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        _ignoreCase ? Ascii.EqualsIgnoreCase(left, right) || left.SequenceEqual(right) : left.SequenceEqual(right);

    // A whole value is always enclosed in quotes, whichever program wrote the line.
    private ReadOnlyMemory<byte> LongestPlain()
    {
        if (_parts is [var whole] && whole.AsSpan().IndexOfAnyExcept(Plain) < 0)
        {
            return (byte[])[(byte)'"', .. whole, (byte)'"'];
        }

        ReadOnlyMemory<byte> longest = default;
        foreach (var part in _parts)
        {
            for (var start = 0; start < part.Length;)
            {
                var length = part.AsSpan(start).IndexOfAnyExcept(Plain) is var end and >= 0 ? end : part.Length - start;
                longest = length > longest.Length ? part.AsMemory(start, length) : longest;
                start += length + 1;
            }
        }

        return longest;
    }
}
