using System.Text.Json;
using ImdsProxy.Core.Credentials;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The error of a credential endpoint: what is passed on has the known fields alone, is short, and stays as it is if it is read again.</summary>
internal sealed class ErrorTarget : IFuzzTarget
{
    // All fields at their longest, each character escaped.
    private const int MaxLength = 16 * 1024;

    private static readonly string[] Known = ["error", "error_description", "newest-versions"];

    public bool Run(ReadOnlyMemory<byte> input)
    {
        var rebuilt = CredentialError.Rebuild(input.Span, 400);
        using var document = JsonDocument.Parse(rebuilt);
        var names = document.RootElement.EnumerateObject().Select(member => member.Name).ToList();
        FuzzCheck.That(names.TrueForAll(Known.Contains) && names.Distinct(StringComparer.Ordinal).Count() == names.Count, "known fields, each once");
        FuzzCheck.That(rebuilt.Length <= MaxLength, "it is short");
        FuzzCheck.That(rebuilt.AsSpan().IndexOf("eyJ"u8) < 0 && rebuilt.AsSpan().IndexOf("access_token\""u8) < 0, "no token");
        FuzzCheck.That(CredentialError.Rebuild(rebuilt, 400).AsSpan().SequenceEqual(rebuilt), "read again, it is the same");
        return document.RootElement.GetProperty("error").GetString() != "unknown_error";
    }
}
