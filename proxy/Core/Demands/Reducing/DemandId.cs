using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The stable id of a demand.</summary>
internal static class DemandId
{
    private const int Bytes = 6;

    /// <summary><c>d-</c> and 12 hex digits. The answer is part of the id, so a person who accepts a demand has seen the identity.</summary>
    public static string Of(DemandKey key, DemandAnswer? answer)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Digest(digest, key, answer, "");
        return $"d-{Convert.ToHexStringLower(digest[..Bytes])}";
    }

    /// <summary>A hash of a row that is the same in every run.</summary>
    public static ulong HashOf(in RowKey row)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Digest(digest, row.Demand, row.Answer, string.Create(CultureInfo.InvariantCulture, $"{(int)row.Verdict} {(int)row.Outcome}"));
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    private static void Digest(Span<byte> digest, DemandKey key, DemandAnswer? answer, string more) => Digest(digest,
    [
        key.Workload.Namespace,
        key.Workload.ServiceAccount,
        key.Owner,
        (key.IsProbe ? "probe" : "") + (key.IsOnHost ? "host" : ""),
        key.Method,
        key.Path,
        key.ExtraNames,
        key.Resource,
        key.SelectorKind,
        key.Selector,
        key.Pin,
        key.IsCut ? "cut" : "",
        key.LacksExtraQuery ? "lacks" : "",
        answer?.ClientId,
        answer?.Resource is { } resource ? ResourceName.Comparable(resource) : "",
        answer?.Audience,
        more,
    ]);

    // No value contains a zero byte, which separates the values: the parser of requests and Kubernetes accept none.
    private static void Digest(Span<byte> digest, ReadOnlySpan<string?> values)
    {
        var most = 0;
        foreach (var value in values)
        {
            most += Encoding.UTF8.GetMaxByteCount(value?.Length ?? 0);
        }

        var bytes = ArrayPool<byte>.Shared.Rent(most);
        var length = 0;
        foreach (var value in values)
        {
            length += Encoding.UTF8.GetBytes(value, bytes.AsSpan(length));
            bytes[length++] = 0;
        }

        SHA256.HashData(bytes.AsSpan(0, length - 1), digest);
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
