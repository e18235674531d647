using System.Globalization;
using System.Text;

namespace ImdsProxy.Operate;

/// <summary>A set of tags as it was first measured, with its rendering for Prometheus.</summary>
internal sealed class MetricLabels
{
    private readonly KeyValuePair<string, object?>[] _tags;

    public MetricLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _tags = tags.ToArray();
        Text = Render(_tags);
    }

    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => _tags;

    /// <summary><c>endpoint="token",mode="audit"</c>, sorted by name, so that one set has one rendering; empty without tags.</summary>
    public string Text { get; }

    private static string Render(KeyValuePair<string, object?>[] tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            text.Append(text.Length == 0 ? "" : ",").Append(MetricName.Label(name)).Append("=\"");
            Escape(text, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            text.Append('"');
        }

        return text.ToString();
    }

    // The text format, version 0.0.4: backslash, quote and line feed are escaped in a label's value.
    private static void Escape(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),
                _ => text.Append(c),
            };
        }
    }
}
