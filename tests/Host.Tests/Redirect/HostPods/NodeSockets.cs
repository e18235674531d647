using System.Buffers.Binary;
using ImdsProxy.Runtime.Netlink;
using static ImdsProxy.Host.Tests.Redirect.NetlinkBytes;

namespace ImdsProxy.Host.Tests.Redirect.HostPods;

/// <summary>A kernel that lists sockets as the request selects them.</summary>
internal sealed class NodeSockets : IDatagrams
{
    private const ushort ByFamily = 20;

    private readonly Queue<byte[]> _answers = new();

    public List<byte[]> Sockets { get; } = [];

    public void Send(ReadOnlySpan<byte> datagram)
    {
        var sequence = BinaryPrimitives.ReadUInt32LittleEndian(datagram[8..]);
        var request = datagram[NetlinkMessages.HeaderLength..].ToArray();
        var states = BinaryPrimitives.ReadUInt32LittleEndian(request.AsSpan(4));
        var answers = Sockets
            .Where(s => s[0] == request[0] && (states & (1u << s[1])) != 0 && Selects(request, 8, s, 4) && Selects(request, 10, s, 6))
            .SelectMany(s => Message(ByFamily, sequence, s));
        _answers.Enqueue([.. answers, .. Done(sequence)]);
    }

    public ReadOnlySpan<byte> Receive() => _answers.TryDequeue(out var next) ? next : throw new IOException("no netlink answer");

    private static bool Selects(byte[] request, int at, byte[] socket, int port) =>
        request.AsSpan(at, 2) is var wanted && (wanted.SequenceEqual(new byte[2]) || wanted.SequenceEqual(socket.AsSpan(port, 2)));
}
