using System.Collections.Immutable;
using System.Text;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Audit.Search;

/// <summary>A value of a line that can be shown or grouped by, with the name of its filter.</summary>
internal sealed record AuditColumn(string Name, ImmutableArray<AuditField> Fields)
{
    private const string Endpoint = "endpoint";

    /// <summary>Whether the value is the endpoint of a path.</summary>
    public bool IsEndpoint => Name == Endpoint;

    /// <summary>All columns.</summary>
    public static ImmutableArray<AuditColumn> All { get; } =
    [
        .. AuditFields.All.DistinctBy(row => row.Name, StringComparer.Ordinal).Select(row => new AuditColumn(row.Name, [row.Field])),
        new("resource", [AuditField.IssuedResource, AuditField.RequestedResource]),
        new("client-id", [AuditField.ClientId, AuditField.Selector]),
        new(Endpoint, [AuditField.Path]),
    ];

    /// <summary>Parses a comma-separated list of names.</summary>
    /// <exception cref="FormatException">A name is unknown. The message lists all fields.</exception>
    public static ImmutableArray<AuditColumn> Parse(string names) => [.. names.Split(',').Select(Find)];

    private static AuditColumn Find(string name) =>
        All.FirstOrDefault(column => column.Name == name)
        ?? throw new FormatException($"unknown field '{name}'; choose from {string.Join(",", All.Select(column => column.Name))}");

    /// <summary>Returns the value in a line, safe to display, or null.</summary>
    public string? Of(AuditLine fields, ReadOnlySpan<byte> line)
    {
        foreach (var field in Fields)
        {
            if (fields.Has(field))
            {
                var text = Printable(fields.GetText(line, field)!);
                return IsEndpoint ? ImdsEndpoints.Find(text).Name : text;
            }
        }

        return null;
    }

    /// <summary>Escapes everything that a terminal interprets or that could hide the text next to it.</summary>
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
