using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>
/// Reads JSON strictly (RFC 8259: no comments, no trailing commas, no key twice) into values that know their place.
/// What two readers could take two ways is an error.
/// </summary>
internal sealed class LocatedJson
{
    /// <summary>What a ConfigMap holds at most.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>A policy needs six.</summary>
    private const int MaxDepth = 16;

    /// <summary>Kubernetes' longest label key has 317.</summary>
    private const int MaxKey = 512;

    /// <summary>Objects with more members look for a key that is there twice in a set.</summary>
    private const int FewMembers = 16;

    private readonly ReadOnlyMemory<byte> _source;
    private readonly ProblemList _problems;
    private readonly string _label;
    private readonly int _base;
    private readonly SharedTexts _texts;
    private int _line = 1;
    private int _counted;

    private LocatedJson(ReadOnlyMemory<byte> source, ProblemList problems, string label, int start)
    {
        _source = source;
        _problems = problems;
        _label = label;
        _base = start;
        _texts = problems.Texts;
    }

    /// <summary>The document's root, or null where it cannot be read.</summary>
    /// <param name="json">The document.</param>
    /// <param name="problems">Where its problems go.</param>
    /// <param name="label">Of a fragment: its file's name with a colon, which places begin with.</param>
    /// <param name="start">Of a fragment: the offset at which it stands in the whole.</param>
    public static LocatedValue? Read(ReadOnlyMemory<byte> json, ProblemList problems, string label = "", int start = 0)
    {
        if (Refusal(json.Span) is { } refusal)
        {
            problems.Document(start, refusal.Line, refusal.Cure, label);
            return null;
        }

        return new LocatedJson(json, problems, label, start).Read();
    }

    private static (int Line, string Cure)? Refusal(ReadOnlySpan<byte> json) =>
        json.Length > MaxBytes ? (1, $"it has {json.Length} bytes: at most 1 MiB is taken")
        : json.StartsWith(Encoding.UTF8.Preamble) ? (1, "it begins with a byte order mark: save it as UTF-8 without one")
        : Utf8.IsValid(json) ? null
        : (LineOfInvalid(json), "it holds bytes that are not UTF-8: save it as UTF-8");

    private static int LineOfInvalid(ReadOnlySpan<byte> json)
    {
        var index = 0;
        while (Rune.DecodeFromUtf8(json[index..], out _, out var length) == OperationStatus.Done)
        {
            index += length;
        }

        return 1 + json[..index].Count((byte)'\n');
    }

    private LocatedValue? Read()
    {
        var reader = new Utf8JsonReader(_source.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
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
            var reason = e.Message.Split(" LineNumber:", 2)[0];
            _problems.Document(_base + _source.Length, (int)(e.LineNumber ?? 0) + 1, $"it is not JSON: {reason}", _label);
        }
        catch (InvalidOperationException)
        {
            // GetString on an escaped surrogate without its other half.
            _problems.Document(_base + _source.Length, LineAt(reader.TokenStartIndex), "a string holds half of a surrogate pair: write the character itself", _label);
        }

        return null;
    }

    private LocatedValue ReadValue(ref Utf8JsonReader reader, LocatedValue? parent, string? key, int index)
    {
        var start = (int)reader.TokenStartIndex;
        var value = new LocatedValue(parent, key, index, KindOf(reader.TokenType), LineAt(start), _base + start)
        {
            Label = parent is null ? _label : "",
            Text = reader.TokenType switch
            {
                JsonTokenType.String => _texts.Read(ref reader),
                JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => "",
            },
        };
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadMembers(ref reader, value);
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                value.Items.Add(ReadValue(ref reader, value, null, value.Items.Count));
            }
        }

        value.Source = _source[start..(int)reader.BytesConsumed];
        return value;
    }

    private void ReadMembers(ref Utf8JsonReader reader, LocatedValue owner)
    {
        HashSet<string>? names = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = _texts.Read(ref reader);
            if (name.Length > MaxKey)
            {
                throw new JsonException($"a key has more than {MaxKey} characters", null, LineAt(reader.TokenStartIndex) - 1, null);
            }

            var line = LineAt(reader.TokenStartIndex);
            reader.Read();
            var member = new LocatedMember(name, line, ReadValue(ref reader, owner, name, 0));
            if (IsNew(owner, name, ref names))
            {
                owner.Members.Add(member);
            }
            else
            {
                _problems.Key(member, "the key is there twice: remove one of the two");
            }
        }
    }

    private static bool IsNew(LocatedValue owner, string name, ref HashSet<string>? names)
    {
        if (owner.Members.Count >= FewMembers)
        {
            names ??= owner.Members.Select(static member => member.Name).ToHashSet(StringComparer.Ordinal);
            return names.Add(name);
        }

        foreach (var member in owner.Members)
        {
            if (member.Name == name)
            {
                return false;
            }
        }

        return true;
    }

    // Tokens come in the order of the document, so each newline is counted once.
    private int LineAt(long offset)
    {
        _line += _source.Span[_counted..(int)offset].Count((byte)'\n');
        _counted = (int)offset;
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
