using System.Globalization;

namespace ImdsProxy.Audit;

/// <summary>A segment's file name: when it began, whose it is, and the how manyth of that instance.</summary>
internal sealed record SegmentName(DateTimeOffset Start, string Instance, int Number)
{
    public const string Extension = ".jsonl";
    public const string CompressedExtension = ".jsonl.gz";

    private const string Prefix = "audit-";
    private const string StartFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>For example <c>audit-20261121T043000Z-b7f1-12.jsonl</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Start.UtcDateTime.ToString(StartFormat, CultureInfo.InvariantCulture)}-{Instance}-{Number}{Extension}");

    /// <summary>Reads the name of a segment, compressed or not; null for any other file.</summary>
    public static SegmentName? Parse(string fileName)
    {
        var stem = Stem(fileName);
        var parts = stem?.Split('-');
        return parts is [_, var start, { Length: 4 } instance, var number]
            && DateTimeOffset.TryParseExact(start, StartFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? new SegmentName(moment, instance, n)
            : null;
    }

    private static string? Stem(string fileName) =>
        !fileName.StartsWith(Prefix, StringComparison.Ordinal) ? null
        : fileName.EndsWith(Extension, StringComparison.Ordinal) ? fileName[..^Extension.Length]
        : fileName.EndsWith(CompressedExtension, StringComparison.Ordinal) ? fileName[..^CompressedExtension.Length]
        : null;
}
