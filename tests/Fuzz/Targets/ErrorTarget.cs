using System.Text.Json;
using ImdsProxy.Core.Credentials;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>
/// The error of a credential endpoint: the rebuilt body has only known fields, is short, and does not change when it is rebuilt
/// again.
/// </summary>
internal sealed class ErrorTarget : IFuzzTarget
{
    // All fields with their maximum length and every character escaped.
    private const int MaxLength = 16 * 1024;

    private static readonly string[] Known = ["error", "error_description", "newest-versions"];

    public bool Run(ReadOnlyMemory<byte> input)
    {
        var rebuilt = CredentialError.Rebuild(input.Span, 400);
        using var document = JsonDocument.Parse(rebuilt);
        var names = document.RootElement.EnumerateObject().Select(member => member.Name).ToList();
        FuzzCheck.That(names.TrueForAll(Known.Contains) && names.Distinct(StringComparer.Ordinal).Count() == names.Count, "known fields, each once");
        FuzzCheck.That(rebuilt.Length <= MaxLength, "the rebuilt body is short");
        FuzzCheck.That(rebuilt.AsSpan().IndexOf("eyJ"u8) < 0 && rebuilt.AsSpan().IndexOf("access_token\""u8) < 0, "no token");
        FuzzCheck.That(CredentialError.Rebuild(rebuilt, 400).AsSpan().SequenceEqual(rebuilt), "rebuilding it again changes nothing");
        return document.RootElement.GetProperty("error").GetString() != "unknown_error";
    }
}
