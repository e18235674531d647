using System.Globalization;

namespace ImdsProxy.Audit.Segments;

/// <summary>A segment's file name: its start time, its chain, and its number in the chain.</summary>
/// <param name="Start">The time at which the segment began.</param>
/// <param name="Instance">The four hex digits that identify the chain.</param>
/// <param name="Number">The segment's number in the chain, from 1.</param>
/// <param name="IsReserve">Whether the chain is a reserve.</param>
internal sealed record SegmentName(DateTimeOffset Start, string Instance, int Number, bool IsReserve = false)
{
    public const string Extension = ".jsonl";
    public const string CompressedExtension = ".jsonl.gz";

    private const string Prefix = "audit-";

    // Begins with the other prefix, so log shippers that read audit-*.jsonl read the reserve too.
    private const string ReservePrefix = "audit-reserve-";

    private const string StartFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>For example <c>audit-20261121T043000Z-b7f1-12.jsonl</c>, or <c>audit-reserve-20261121T043000Z-c0de-3.jsonl</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsReserve ? ReservePrefix : Prefix)}{Start.UtcDateTime.ToString(StartFormat, CultureInfo.InvariantCulture)}-{Instance}-{Number}{Extension}");

    /// <summary>Parses the file name of a compressed or uncompressed segment. Returns null for any other file.</summary>
    public static SegmentName? Parse(string fileName)
    {
        var isReserve = fileName.StartsWith(ReservePrefix, StringComparison.Ordinal);
        var parts = Stem(fileName)?[(isReserve ? ReservePrefix : Prefix).Length..].Split('-');
        return parts is [var start, { Length: 4 } instance, var number]
            && DateTimeOffset.TryParseExact(start, StartFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? new SegmentName(moment, instance, n, isReserve)
            : null;
    }

    private static string? Stem(string fileName) =>
        !fileName.StartsWith(Prefix, StringComparison.Ordinal) ? null
        : fileName.EndsWith(Extension, StringComparison.Ordinal) ? fileName[..^Extension.Length]
        : fileName.EndsWith(CompressedExtension, StringComparison.Ordinal) ? fileName[..^CompressedExtension.Length]
        : null;
}
