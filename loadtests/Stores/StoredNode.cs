using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImdsProxy.Audit.Chain;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.LoadTests.Stores;

/// <summary>A node of the generated fleet. Its lines are a real chain, written by the proxy's own writer.</summary>
/// <param name="number">The node's number.</param>
/// <param name="line">A buffer that all nodes share.</param>
internal sealed class StoredNode(int number, ArrayBufferWriter<byte> line)
{
    private static readonly IncrementalHash Hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private readonly AuditRecordWriter _writer = new(new AuditOrigin("prod-weu", string.Create(CultureInfo.InvariantCulture, $"aks-user-{number:d5}"), $"{number * 7919 % 65536:x4}"));
    private readonly byte[] _prev = Encoding.ASCII.GetBytes(ChainHash.Genesis);
    private long _seq;

    public void Add(ArrayBufferWriter<byte> lines, AuditRecord record) => Append(lines, _writer.Write(line, record));

    public void Add(ArrayBufferWriter<byte> lines, AuditEvent happened) => Append(lines, _writer.Write(line, happened));

    public void Add(ArrayBufferWriter<byte> lines, PodSeen seen) => Append(lines, _writer.Write(line, seen));

    private void Append(ArrayBufferWriter<byte> lines, int place)
    {
        var start = lines.WrittenCount;
        lines.Write(line.WrittenSpan[..place]);
        ChainPlace.Write(lines, ++_seq, _prev);
        lines.Write(line.WrittenSpan[place..]);
        line.ResetWrittenCount();
        ChainHash.Of(Hash, lines.WrittenSpan[start..^1], _prev);
    }
}
