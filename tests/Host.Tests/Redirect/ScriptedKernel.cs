using System.Buffers.Binary;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>Answers each request with the datagrams that the test supplies for its type and sequence number.</summary>
internal sealed class ScriptedKernel(Func<ushort, uint, IEnumerable<byte[]>> answer) : IDatagrams
{
    private readonly Queue<byte[]> _answers = new();

    public void Send(ReadOnlySpan<byte> datagram)
    {
        var type = BinaryPrimitives.ReadUInt16LittleEndian(datagram[4..]);
        foreach (var one in answer(type, BinaryPrimitives.ReadUInt32LittleEndian(datagram[8..])))
        {
            _answers.Enqueue(one);
        }
    }

    public ReadOnlySpan<byte> Receive() => _answers.TryDequeue(out var next) ? next : throw new IOException("no netlink answer");
}
