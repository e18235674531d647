using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ImdsProxy.Workbench;

/// <summary>The JSON of the workbench's answers. Members without a value are left out.</summary>
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
    public static WorkbenchJson Readable { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
    });

    /// <summary>Writes an answer and ends the line.</summary>
    public static void Write<T>(T answer, JsonTypeInfo<T> type, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(answer, type));
}
