using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>
/// Reads JSON strictly (RFC 8259, without comments, trailing commas or repeated keys) into values that know their place.
/// Anything that two readers could interpret differently is an error.
/// </summary>
internal sealed class LocatedJson
{
    /// <summary>The size limit of a ConfigMap.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>A policy needs six levels.</summary>
    private const int MaxDepth = 16;

    /// <summary>Kubernetes' longest label key has 317 characters.</summary>
    private const int MaxKey = 512;

    /// <summary>From this number of members on, repeated keys are found with a hash set.</summary>
    private const int FewMembers = 16;

    private readonly LocatedDocument _document;
    private readonly ProblemList? _problems;
    private readonly KnownRules _known;
    private readonly int _start;

    // The items and members of all values that are still being read. Each value removes its own entries when it ends.
    private readonly List<LocatedValue> _items = [];
    private readonly List<LocatedMember> _members = [];
    private int _line;
    private int _counted;

    private LocatedJson(LocatedDocument document, ProblemList? problems, KnownRules known, int start, int line)
    {
        _document = document;
        _problems = problems;
        _known = known;
        _start = start;
        _counted = start;
        _line = line;
    }

    /// <summary>The document's root, or null if it cannot be read. Its rules are closed: see <see cref="LocatedValue.Open"/>.</summary>
    /// <param name="json">The document.</param>
    /// <param name="problems">Receives the problems.</param>
    /// <param name="known">Rules of the previous policy.</param>
    /// <param name="label">For a fragment: the prefix of every place, which is the file's name and a colon.</param>
    /// <param name="start">For a fragment: its offset in the merged policy.</param>
    public static LocatedValue? Read(ReadOnlyMemory<byte> json, ProblemList problems, KnownRules known, string label = "", int start = 0)
    {
        if (Refusal(json.Span) is { } refusal)
        {
            problems.Document(start, refusal.Line, refusal.Cure, label);
            return null;
        }

        return new LocatedJson(new LocatedDocument(json, label, start, problems.Texts), problems, known, 0, 1).Read(problems);
    }

    /// <summary>Reads a closed value again, this time with its content. The value is known to be valid.</summary>
    public static LocatedValue Open(LocatedDocument document, LocatedValue closed, LocatedValue? parent, int index)
    {
        var start = closed.Offset - document.Start;
        var reader = new Utf8JsonReader(document.Bytes.Span.Slice(start, closed.Length));
        reader.Read();
        return new LocatedJson(document, null, KnownRules.None, start, closed.Line).ReadValue(ref reader, parent, null, index);
    }

    private static (int Line, string Cure)? Refusal(ReadOnlySpan<byte> json) =>
        json.Length > MaxBytes ? (1, $"it has {json.Length} bytes: at most 1 MiB is accepted")
        : json.StartsWith(Encoding.UTF8.Preamble) ? (1, "it begins with a byte order mark: save it as UTF-8 without one")
        : Utf8.IsValid(json) ? null
        : (LineOfInvalid(json), "it contains bytes that are not UTF-8: save it as UTF-8");

    private static int LineOfInvalid(ReadOnlySpan<byte> json)
    {
        var index = 0;
        while (Rune.DecodeFromUtf8(json[index..], out _, out var length) == OperationStatus.Done)
        {
            index += length;
        }

        return 1 + json[..index].Count((byte)'\n');
    }

    private LocatedValue? Read(ProblemList problems)
    {
        var reader = new Utf8JsonReader(_document.Bytes.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        var end = _document.Start + _document.Bytes.Length;
        try
        {
            reader.Read();
            var root = ReadValue(ref reader, null, null, 0);
            while (reader.Read())
            {
            }

            return root;
        }
        catch (JsonException e)
        {
            // Without a position, the exception is the one of this class about a key.
            var reason = e.BytePositionInLine is { } position
                ? JsonFault.Describe(_document.Bytes.Span, e.LineNumber ?? 0, position, MaxDepth)
                : e.Message;
            problems.Document(end, (int)(e.LineNumber ?? 0) + 1, $"it is not JSON: {reason}", _document.Label);
        }
        catch (InvalidOperationException)
        {
            // GetString throws this for an escaped surrogate without its other half.
            problems.Document(end, LineAt(reader.TokenStartIndex), "a string contains half of a surrogate pair: write the character itself", _document.Label);
        }

        return null;
    }

    private LocatedValue ReadValue(ref Utf8JsonReader reader, LocatedValue? parent, string? key, int index)
    {
        var start = _start + (int)reader.TokenStartIndex;
        var value = new LocatedValue(_document, parent, key, index, KindOf(reader.TokenType), LineAt(reader.TokenStartIndex), _document.Start + start)
        {
            Text = reader.TokenType switch
            {
                JsonTokenType.String => _document.Texts.Read(ref reader),
                JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => "",
            },
        };
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            value.Members = ReadMembers(ref reader, value);
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            value.Items = ReadItems(ref reader, value, areClosed: key == "rules" && parent is { IsRoot: true });
        }

        value.Length = _start + (int)reader.BytesConsumed - start;
        return value;
    }

    // Closed rules keep no content and are opened one after the other. The content of ten thousand rules at once would live long
    // enough for the garbage collector to promote it, which stops all requests for tens of milliseconds.
    private LocatedValue[] ReadItems(ref Utf8JsonReader reader, LocatedValue owner, bool areClosed)
    {
        var first = _items.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var index = _items.Count - first;
            _items.Add(areClosed ? ReadClosed(ref reader, owner, index) : ReadValue(ref reader, owner, null, index));
        }

        return TakeFrom(_items, first);
    }

    private LocatedValue ReadClosed(ref Utf8JsonReader reader, LocatedValue owner, int index)
    {
        if (PassKnown(ref reader, owner, index) is { } known)
        {
            return known;
        }

        var item = ReadValue(ref reader, owner, null, index);
        (item.Items, item.Members) = ([], []);
        return item;
    }

    // A rule that was valid in the previous policy is still valid, so its content is skipped.
    private LocatedValue? PassKnown(ref Utf8JsonReader reader, LocatedValue owner, int index)
    {
        if (_known.IsEmpty || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        var start = _start + (int)reader.TokenStartIndex;
        var behind = reader;
        behind.Skip();
        var length = _start + (int)behind.BytesConsumed - start;
        if (!_known.Has(_document.Bytes.Slice(start, length)))
        {
            return null;
        }

        var value = new LocatedValue(_document, owner, null, index, JsonValueKind.Object, LineAt(reader.TokenStartIndex), _document.Start + start) { Length = length };
        reader = behind;
        return value;
    }

    private LocatedMember[] ReadMembers(ref Utf8JsonReader reader, LocatedValue owner)
    {
        var first = _members.Count;
        HashSet<string>? names = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = _document.Texts.Read(ref reader);
            if (name.Length > MaxKey)
            {
                throw new JsonException($"a key has more than {MaxKey} characters: shorten it", null, LineAt(reader.TokenStartIndex) - 1, null);
            }

            var line = LineAt(reader.TokenStartIndex);
            reader.Read();
            var member = new LocatedMember(name, line, ReadValue(ref reader, owner, name, 0));
            if (IsNew(CollectionsMarshal.AsSpan(_members)[first..], name, ref names))
            {
                _members.Add(member);
            }
            else
            {
                // Null when a rule is opened: the problem was reported when the document was read.
                _problems?.Key(member, "the key occurs twice: remove one of the two");
            }
        }

        return TakeFrom(_members, first);
    }

    private static T[] TakeFrom<T>(List<T> open, int first)
    {
        var taken = CollectionsMarshal.AsSpan(open)[first..].ToArray();
        open.RemoveRange(first, taken.Length);
        return taken;
    }

    private static bool IsNew(ReadOnlySpan<LocatedMember> members, string name, ref HashSet<string>? names)
    {
        if (members.Length >= FewMembers)
        {
            names ??= NamesOf(members);
            return names.Add(name);
        }

        foreach (var member in members)
        {
            if (member.Name == name)
            {
                return false;
            }
        }

        return true;
    }

    private static HashSet<string> NamesOf(ReadOnlySpan<LocatedMember> members)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            names.Add(member.Name);
        }

        return names;
    }

    // Tokens come in document order, so each newline is counted once.
    private int LineAt(long offset)
    {
        var end = _start + (int)offset;
        _line += _document.Bytes.Span[_counted..end].Count((byte)'\n');
        _counted = end;
        return _line;
    }

    private static JsonValueKind KindOf(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        _ => JsonValueKind.Null,
    };
}
