using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The stable id of a demand.</summary>
internal static class DemandId
{
    private const int Digits = 12;

    /// <summary><c>d-</c> and 12 hex digits. The answer is part of the id, so a person who accepts a demand has seen the identity.</summary>
    public static string Of(DemandKey key, DemandAnswer? answer) => $"d-{Convert.ToHexStringLower(Digest(key, answer, ""))[..Digits]}";

    /// <summary>A hash of a row that is the same in every run.</summary>
    public static ulong HashOf(in RowKey row) =>
        BinaryPrimitives.ReadUInt64LittleEndian(Digest(row.Demand, row.Answer, string.Create(CultureInfo.InvariantCulture, $"{(int)row.Verdict} {(int)row.Outcome}")));

    // No value contains a zero byte: the parser of requests and Kubernetes accept none.
    private static byte[] Digest(DemandKey key, DemandAnswer? answer, string more) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\0',
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
        more)));
}
