using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.FakeImds;

/// <summary>JSON output settings that match IMDS, which escapes only what JSON requires.</summary>
internal static class RelaxedJson
{
    public static JsonWriterOptions Writer { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
