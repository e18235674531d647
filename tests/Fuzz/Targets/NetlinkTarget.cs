using System.Net;
using ImdsProxy.Redirect.HostPods;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>
/// The kernel's answers about nf_tables and sockets: the input is the datagram that answers every request. Reading it ends, and the only exceptions
/// are those that the watch expects.
/// </summary>
internal sealed class NetlinkTarget : IFuzzTarget
{
    public bool Run(ReadOnlyMemory<byte> input)
    {
        var table = new LeaseTable(() => new OneAnswer(input), IPAddress.Parse("10.1.0.4"), 16254);
        var accepted = Reads(() => table.Read()) | Reads(() => table.Renew()) | Reads(table.End) | Reads(() => table.Remove());
        accepted |= Reads(() => ReadRules(input));
        return accepted | Reads(() => new SocketDump(new OneAnswer(input)).ConnectedTo(80, CheckSocket));
    }

    private static void ReadRules(ReadOnlyMemory<byte> input)
    {
        using var digest = new ChainDigest();
        new NfTables(new OneAnswer(input)).Rules(NfTablesMessage.IPv4, "table", "chain", (_, rule) => NftRule.AddTo(digest, rule));
    }

    private static void CheckSocket(NodeSocket socket) =>
        FuzzCheck.That(!socket.Local.Address.IsIPv4MappedToIPv6 && !socket.Remote.Address.IsIPv4MappedToIPv6, "a mapped address is read as an IPv4 address");

    private static bool Reads(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return false;
        }
    }

    private sealed class OneAnswer(ReadOnlyMemory<byte> answer) : IDatagrams
    {
        private bool _isSent;

        public void Send(ReadOnlySpan<byte> datagram) => _isSent = true;

        public ReadOnlySpan<byte> Receive()
        {
            if (!_isSent)
            {
                throw new IOException("no netlink answer");
            }

            _isSent = false;
            return answer.Span;
        }
    }
}
