using System.Buffers.Binary;
using System.Net;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>The rules of the lease, as expressions of nf_tables in the order in which the kernel runs them.</summary>
internal static class LeaseRules
{
    /// <summary>The proxy's user. Its own requests to IMDS must not come back to it.</summary>
    public const uint ProxyUid = 16254;

    /// <summary>The source address of the redirect's probe.</summary>
    public static readonly IPAddress ProbeSource = IPAddress.Loopback;

    /// <summary>IMDS's address, the element of the set while there is a lease.</summary>
    public static readonly byte[] Imds = IPAddress.Parse(KnownAddresses.Imds).GetAddressBytes();

    // NFT_REG_1 and NFT_REG_2.
    private const uint First = 1;
    private const uint Second = 2;

    // NFT_CMP_EQ and NFT_CMP_NEQ.
    private const uint Equal = 0;
    private const uint NotEqual = 1;

    // NFT_PAYLOAD_NETWORK_HEADER and NFT_PAYLOAD_TRANSPORT_HEADER.
    private const uint NetworkHeader = 1;
    private const uint TransportHeader = 2;

    // NFT_META_SKUID and NFT_META_L4PROTO.
    private const uint SocketUid = 10;
    private const uint Protocol = 16;

    // IPPROTO_TCP, NFT_NAT_DNAT, NFPROTO_IPV4.
    private const byte Tcp = 6;
    private const uint DestinationNat = 1;
    private const uint IPv4 = 2;

    // NFT_CT_DST_IP, IP_CT_DIR_ORIGINAL.
    private const uint ConnectionDestination = 20;
    private const byte Original = 0;

    // Offsets in the IP header.
    private const uint Source = 12;
    private const uint Destination = 16;

    // The bits of the TCP header's flags.
    private const byte FinSynRstAck = 0x17;
    private const byte Syn = 0x02;

    // The bits of the IP header's first byte that hold its length in words, and the length without options.
    private const byte HeaderLength = 0x0f;
    private const byte NoOptions = 5;

    /// <summary>
    /// The rule that sends the node's own connections to the proxy: <c>ip daddr @lease tcp dport 80 tcp flags &amp;
    /// (fin|syn|rst|ack) == syn meta skuid != 16254 dnat to NODE:PORT</c>. It matches only the first packet of a connection: the
    /// kernel forgets connections under pressure, and a connection that started without the proxy must not be torn from IMDS.
    /// </summary>
    /// <param name="set">The name of the set that holds the lease.</param>
    /// <param name="nodeIp">The node's address.</param>
    /// <param name="port">The proxy's port.</param>
    public static IReadOnlyList<(string Name, byte[] Data)> Redirect(string set, IPAddress nodeIp, int port) =>
    [
        Payload(NetworkHeader, Destination, length: 4),
        Lookup(set),
        .. TcpTo(KnownAddresses.ImdsPort),
        .. FirstPacket(),
        .. NotTheProxy(),
        Immediate(First, nodeIp.GetAddressBytes()),
        Immediate(Second, Port(port)),
        // NFTA_NAT_TYPE, _FAMILY, _REG_ADDR_MIN, _REG_PROTO_MIN.
        Expression("nat", e => e.Number(1, DestinationNat).Number(2, IPv4).Number(3, First).Number(5, Second)),
    ];

    /// <summary>
    /// The rule against source routes: <c>ip hdrlength != 5 tcp dport 80 meta skuid != 16254 drop</c>, while there is a lease. A
    /// process without capabilities can give its packets a route (IP options LSRR and SSRR). Then they are addressed to a router,
    /// or to the node itself, and IMDS becomes their destination only there.
    /// </summary>
    /// <param name="set">The name of the set that holds the lease.</param>
    public static IReadOnlyList<(string Name, byte[] Data)> NoRoute(string set) =>
    [
        Immediate(First, Imds),
        Lookup(set),
        Payload(NetworkHeader, offset: 0, length: 1),
        Mask(HeaderLength),
        Compare(NotEqual, [NoOptions]),
        .. TcpTo(KnownAddresses.ImdsPort),
        .. NotTheProxy(),
        Drop(),
    ];

    /// <summary>
    /// The rule against direct connections to the proxy, other than the probe: <c>ip daddr NODE tcp dport PORT tcp flags &amp;
    /// (fin|syn|rst|ack) == syn ip saddr != 127.0.0.1 ct original ip daddr != 169.254.169.254 drop</c>. The answers of a direct and
    /// of a redirected connection from the same port would have the same addresses, so the kernel changes the port of the second.
    /// Then the proxy can't find the client. A connection that is dropped here is forgotten before it counts.
    /// </summary>
    /// <param name="nodeIp">The node's address.</param>
    /// <param name="port">The proxy's port.</param>
    public static IReadOnlyList<(string Name, byte[] Data)> NoDirect(IPAddress nodeIp, int port) =>
    [
        Payload(NetworkHeader, Destination, length: 4),
        Compare(Equal, nodeIp.GetAddressBytes()),
        .. TcpTo(port),
        .. FirstPacket(),
        Payload(NetworkHeader, Source, length: 4),
        Compare(NotEqual, ProbeSource.GetAddressBytes()),
        // NFTA_CT_DREG, _KEY, _DIRECTION.
        Expression("ct", e => e.Number(1, First).Number(2, ConnectionDestination).Bytes(3, Original)),
        Compare(NotEqual, Imds),
        Drop(),
    ];

    private static IEnumerable<(string, byte[])> TcpTo(int port) =>
        [Meta(Protocol), Compare(Equal, [Tcp]), Payload(TransportHeader, offset: 2, length: 2), Compare(Equal, Port(port))];

    private static IEnumerable<(string, byte[])> FirstPacket() =>
        [Payload(TransportHeader, offset: 13, length: 1), Mask(FinSynRstAck), Compare(Equal, [Syn])];

    private static IEnumerable<(string, byte[])> NotTheProxy() => [Meta(SocketUid), Compare(NotEqual, BitConverter.GetBytes(ProxyUid))];

    // NFTA_IMMEDIATE_DREG (NFT_REG_VERDICT), _DATA with NFTA_DATA_VERDICT and NFTA_VERDICT_CODE (NF_DROP).
    private static (string, byte[]) Drop() =>
        Expression("immediate", e => e.Number(1, 0).Nested(2, data => data.Nested(2, verdict => verdict.Number(1, 0))));

    // NFTA_LOOKUP_SET, _SREG.
    private static (string, byte[]) Lookup(string set) => Expression("lookup", e => e.Text(1, set).Number(2, First));

    // NFTA_BITWISE_SREG, _DREG, _LEN, _MASK, _XOR.
    private static (string, byte[]) Mask(byte mask) => Expression(
        "bitwise", e => e.Number(1, First).Number(2, First).Number(3, 1).Nested(4, m => m.Bytes(1, mask)).Nested(5, xor => xor.Bytes(1, 0)));

    // NFTA_PAYLOAD_DREG, _BASE, _OFFSET, _LEN.
    private static (string, byte[]) Payload(uint header, uint offset, uint length) =>
        Expression("payload", e => e.Number(1, First).Number(2, header).Number(3, offset).Number(4, length));

    // NFTA_META_DREG, _KEY.
    private static (string, byte[]) Meta(uint key) => Expression("meta", e => e.Number(1, First).Number(2, key));

    // NFTA_CMP_SREG, _OP, _DATA.
    private static (string, byte[]) Compare(uint operation, byte[] value) =>
        Expression("cmp", e => e.Number(1, First).Number(2, operation).Nested(3, data => data.Bytes(1, value)));

    // NFTA_IMMEDIATE_DREG, _DATA.
    private static (string, byte[]) Immediate(uint register, byte[] value) =>
        Expression("immediate", e => e.Number(1, register).Nested(2, data => data.Bytes(1, value)));

    private static (string, byte[]) Expression(string name, Action<NetlinkWriter> write)
    {
        var data = new NetlinkWriter();
        write(data);
        return (name, data.Written.ToArray());
    }

    private static byte[] Port(int port)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)port);
        return bytes;
    }
}
