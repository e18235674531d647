using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImdsProxy.Doctor.Findings;

/// <summary>Writes a diagnosis for scripts. docs/troubleshooting.md describes the shape.</summary>
internal static class DiagnosisJson
{
    // The output goes to a terminal or a file, never into a web page, so rules and arrows stay readable.
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Diagnosis diagnosis)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("version", diagnosis.Version);
            json.WriteString("place", diagnosis.Place);
            json.WriteBoolean("healthy", diagnosis.IsHealthy);
            json.WriteStartArray("checks");
            foreach (var check in diagnosis.Checks)
            {
                Write(json, check);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Write(Utf8JsonWriter json, Checked check)
    {
        json.WriteStartObject();
        json.WriteString("group", check.Group);
        json.WriteString("name", check.Name);
        json.WriteString("state", State(check.Finding.State));
        json.WriteString("sentence", check.Finding.Sentence);
        if (check.Finding.Cure is { } cure)
        {
            json.WriteString("cure", cure);
        }

        if (!check.Finding.Details.IsEmpty)
        {
            json.WriteStartArray("details");
            foreach (var detail in check.Finding.Details)
            {
                json.WriteStringValue(detail);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string State(FindingState state) => state switch
    {
        FindingState.Good => "good",
        FindingState.Warning => "warning",
        FindingState.Broken => "broken",
        _ => "not-applicable",
    };
}
