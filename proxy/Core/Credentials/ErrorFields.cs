using System.Globalization;
using System.Text.Json;

namespace ImdsProxy.Core.Credentials;

/// <summary>
/// The fields of a credential endpoint's error. IMDS's errors have <c>error</c>, usually <c>error_description</c>, and
/// <c>newest-versions</c> if the API version is wrong (observed, and in Microsoft's documentation). Other fields are dropped.
/// </summary>
internal sealed class ErrorFields
{
    // IMDS's longest "error" has 79 characters. A description from the directory (AADSTS…) has about 500.
    private const int MaxError = 256;
    private const int MaxDescription = 1024;

    // IMDS lists three versions.
    private const int MaxVersions = 16;
    private const int MaxVersion = 32;

    private readonly List<string> _versions = [];
    private string? _error;
    private string? _description;

    /// <summary>The error that replaces a body in an unknown form.</summary>
    public static ErrorFields Unknown(int status) => new()
    {
        _error = "unknown_error",
        _description = string.Create(
            CultureInfo.InvariantCulture,
            $"IMDS answered with status {status}. ImdsProxy does not recognize the format of the error, so it does not pass the body on."),
    };

    /// <summary>Reads the fields. Returns false if a known field does not have its known form, or if <c>error</c> is missing.</summary>
    /// <param name="reader">Positioned at the start of the object; afterwards, at the end of the object.</param>
    public bool TryRead(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryReadField(ref reader))
            {
                return false;
            }
        }

        return _error is not null;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, _error);
        if (_description is not null)
        {
            json.WriteString("error_description"u8, _description);
        }

        if (_versions.Count > 0)
        {
            json.WriteStartArray("newest-versions"u8);
            foreach (var version in _versions)
            {
                json.WriteStringValue(version);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private bool TryReadField(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("error"u8))
        {
            return TryReadText(ref reader, MaxError, ref _error);
        }

        if (reader.ValueTextEquals("error_description"u8))
        {
            return TryReadText(ref reader, MaxDescription, ref _description);
        }

        if (reader.ValueTextEquals("newest-versions"u8))
        {
            return TryReadVersions(ref reader);
        }

        reader.Skip();
        return true;
    }

    // IMDS never repeats a field. Clients would disagree on which value counts, so a repeated field is not accepted.
    private static bool TryReadText(ref Utf8JsonReader reader, int max, ref string? field)
    {
        reader.Read();
        var isFirst = field is null;
        field = Text(ref reader, max);
        return field is not null && isFirst;
    }

    private static string? Text(ref Utf8JsonReader reader, int max) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && text.Length <= max && !CredentialText.IsSuspect(text)
            ? text
            : null;

    private bool TryReadVersions(ref Utf8JsonReader reader)
    {
        if (_versions.Count > 0 || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (_versions.Count == MaxVersions || Text(ref reader, MaxVersion) is not { } version)
            {
                return false;
            }

            _versions.Add(version);
        }

        return true;
    }
}
