using System.Collections.Immutable;
using System.Text;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Audit.Search;

/// <summary>Something of a line that can be shown or grouped by, under the name its filter has.</summary>
internal sealed record AuditColumn(string Name, ImmutableArray<AuditField> Fields)
{
    private const string Endpoint = "endpoint";

    /// <summary>All there are.</summary>
    public static ImmutableArray<AuditColumn> All { get; } =
    [
        .. AuditFields.All.DistinctBy(row => row.Name, StringComparer.Ordinal).Select(row => new AuditColumn(row.Name, [row.Field])),
        new("resource", [AuditField.IssuedResource, AuditField.RequestedResource]),
        new("client-id", [AuditField.ClientId, AuditField.Selector]),
        new(Endpoint, [AuditField.Path]),
    ];

    /// <summary>Reads names with commas between.</summary>
    /// <exception cref="FormatException">One is no field; the message tells all there are.</exception>
    public static ImmutableArray<AuditColumn> Parse(string names) => [.. names.Split(',').Select(Find)];

    private static AuditColumn Find(string name) =>
        All.FirstOrDefault(column => column.Name == name)
        ?? throw new FormatException($"there is no field '{name}'; write some of {string.Join(",", All.Select(column => column.Name))}");

    /// <summary>The value in a line, safe to show, or null.</summary>
    public string? Of(AuditLine fields, ReadOnlySpan<byte> line)
    {
        foreach (var field in Fields)
        {
            if (fields.Has(field))
            {
                var text = Printable(fields.GetText(line, field)!);
                return Name == Endpoint ? ImdsEndpoints.Find(text).Name : text;
            }
        }

        return null;
    }

    /// <summary>A text without anything that a terminal acts on or that hides what stands beside it.</summary>
    public static string Printable(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            return text;
        }

        var printable = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = char.IsAsciiLetterOrDigit(c) || char.IsBetween(c, ' ', '~') || (c > 0xA0 && char.IsLetterOrDigit(c))
                ? printable.Append(c)
                : printable.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return printable.ToString();
    }
}
