using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.FakeImds;

/// <summary>How IMDS writes JSON: nothing escaped that need not be.</summary>
internal static class RelaxedJson
{
    public static JsonWriterOptions Writer { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
