using System.Text;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Says in an author's words where a text stops being JSON, and how to correct it.</summary>
internal ref struct JsonFault
{
    private const int MaxShown = 24;

    private readonly ReadOnlySpan<byte> _json;
    private readonly int _at;
    private readonly int _column;
    private int _depth;
    private bool _isInString;
    private bool _isKey;

    // The open values, the innermost in the lowest bit: 1 for a list. Values are nested less deep than the bits.
    private ulong _lists;
    private byte _before;

    private JsonFault(ReadOnlySpan<byte> json, int at, int column)
    {
        _json = json;
        _at = at;
        _column = column;
    }

    /// <summary>The fault and its cure.</summary>
    /// <param name="json">The text.</param>
    /// <param name="line">The line of the fault, from 0.</param>
    /// <param name="position">The byte in that line at which the reader stopped, from 0.</param>
    /// <param name="maxDepth">How deep values may be nested.</param>
    public static string Describe(ReadOnlySpan<byte> json, long line, long position, int maxDepth)
    {
        var start = 0;
        for (; line > 0 && json[start..].IndexOf((byte)'\n') is >= 0 and var end; line--)
        {
            start += end + 1;
        }

        var at = (int)Math.Min(start + position, json.Length);
        var fault = new JsonFault(json, at, 1 + Encoding.UTF8.GetCharCount(json[start..at]));
        fault.Scan();
        return fault.Describe(maxDepth);
    }

    // The reader stops at the first byte that does not fit, so everything before it is well formed.
    private void Scan()
    {
        for (var i = 0; i < _at; i++)
        {
            var c = _json[i];
            if (_isInString && c == '\\')
            {
                _before = c;
                i++;
                continue;
            }

            if (c == '"')
            {
                _isKey = _isInString ? _isKey : (_lists & 1) == 0 && (_before is (byte)'{' or (byte)',');
                _isInString = !_isInString;
            }
            else if (!_isInString && (c is (byte)'{' or (byte)'['))
            {
                _depth++;
                _lists = (_lists << 1) | (c == '[' ? 1UL : 0);
            }
            else if (!_isInString && (c is (byte)'}' or (byte)']'))
            {
                _depth--;
                _lists >>= 1;
            }

            _before = c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' ? _before : c;
        }
    }

    private readonly string Describe(int maxDepth) =>
        _json.TrimEnd(" \t\r\n"u8).Length <= _at
            ? _before == 0 ? "the document is empty" : "the document ends too early: close its last quote or bracket"
            : $"column {_column}, '{Shown()}': {Cure(maxDepth)}";

    private readonly string Cure(int maxDepth) => (char)_json[_at] switch
    {
        < ' ' when _isInString => "write \\n for a line break inside quotes, or close the quote",
        _ when _isInString => "write \\\\ for a backslash",
        '{' or '[' when _depth >= maxDepth => $"it is nested more than {maxDepth} levels deep: write it flatter",
        '/' or '#' => "remove the comment",
        '\'' => "write double quotes",
        '}' or ']' when _before == ',' => "remove the comma before it",
        '}' or ']' when _depth > 0 && _before != ':' => "close the bracket that was opened last first",
        _ when _depth == 0 && _before != 0 => "remove what follows the end of the document",
        '"' or '{' or '[' when _before is not ((byte)',' or (byte)':' or (byte)'{' or (byte)'[') => $"write the {(_before == '"' && _isKey ? "colon" : "comma")} that is missing before it",
        _ when _before is (byte)'{' or (byte)',' => "write a value or key in double quotes",
        _ => "write text in double quotes, a number, true, false, an object or a list",
    };

    private readonly string Shown()
    {
        var rest = _json[_at..];
        var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
        var text = Encoding.UTF8.GetString(end < 0 ? rest[..Math.Min(rest.Length, 4 * MaxShown)] : rest[..Math.Min(end, 4 * MaxShown)]);
        return text.Length <= MaxShown ? text : text[..MaxShown];
    }
}
