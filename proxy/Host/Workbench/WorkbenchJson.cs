using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ImdsProxy.Workbench;

/// <summary>The JSON of the workbench's answers. Members without a value are left out.</summary>
/// <remarks>The answers are only written. Without the metadata that reading needs, the program is smaller.</remarks>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DiffJson))]
[JsonSerializable(typeof(WhoCanJson))]
[JsonSerializable(typeof(WhatCanJson))]
[JsonSerializable(typeof(TestsJson))]
[JsonSerializable(typeof(SimulateJson))]
[JsonSerializable(typeof(SuggestJson))]
[JsonSerializable(typeof(RolloutJson))]
[JsonSerializable(typeof(DemandsJson))]
internal sealed partial class WorkbenchJson : JsonSerializerContext
{
    // Keeps apostrophes readable. None of this is ever put into HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };

    /// <summary>Writes an answer and ends the line.</summary>
    public static void Write<T>(T answer, JsonTypeInfo<T> type, TextWriter output) => output.WriteLine(Encoding.UTF8.GetString(Bytes(answer, type).Span));

    public static ReadOnlyMemory<byte> Bytes<T>(T answer, JsonTypeInfo<T> type)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, Readable))
        {
            JsonSerializer.Serialize(writer, answer, type);
        }

        return json.WrittenMemory;
    }
}
