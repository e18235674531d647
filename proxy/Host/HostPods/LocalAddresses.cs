using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.HostPods;

/// <summary>
/// Tells whether an address is one of this node's own, by the kernel's routes. A new address counts at once, and unlike a trial to bind
/// the address, the answer does not depend on <c>ip_nonlocal_bind</c>.
/// </summary>
internal sealed class LocalAddresses(IDatagrams routes, TimeProvider time)
{
    // <linux/rtnetlink.h>: RTM_NEWROUTE, RTM_GETROUTE; struct rtmsg; RTA_DST; RTN_LOCAL.
    private const ushort NewRoute = 24;
    private const ushort GetRoute = 26;
    private const int BodyLength = 12;
    private const int TypeAt = 7;
    private const ushort Destination = 1;
    private const byte Local = 2;

    private const byte IPv4 = 2;
    private const byte AddressBits = 32;
    private const int RequestLength = NetlinkMessages.HeaderLength + BodyLength + 8;
    private const int MaxDropped = 16;

    /// <summary>How long an answer holds, so that a flood from one address costs one request a second.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private const int MaxRemembered = 1024;

    private readonly ConcurrentDictionary<IPAddress, (bool IsLocal, long At)> _known = new();
    private readonly Lock _gate = new();
    private uint _sequence;

    /// <summary>Whether an address is one of this node's. False where the kernel gives no answer.</summary>
    public bool Contains(IPAddress address)
    {
        if (_known.TryGetValue(address, out var known) && time.GetElapsedTime(known.At) < Fresh)
        {
            return known.IsLocal;
        }

        if (_known.Count >= MaxRemembered)
        {
            _known.Clear();
        }

        var isLocal = address.AddressFamily == AddressFamily.InterNetwork && Ask(address);
        _known[address] = (isLocal, time.GetTimestamp());
        return isLocal;
    }

    private bool Ask(IPAddress address)
    {
        try
        {
            lock (_gate)
            {
                Send(address, ++_sequence);
                return Receive(_sequence);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return false;
        }
    }

    private void Send(IPAddress address, uint sequence)
    {
        Span<byte> message = stackalloc byte[RequestLength];
        message.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(message, RequestLength);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], GetRoute);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(message[8..], sequence);
        message[NetlinkMessages.HeaderLength] = IPv4;
        message[NetlinkMessages.HeaderLength + 1] = AddressBits;
        var attribute = message[(NetlinkMessages.HeaderLength + BodyLength)..];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, 8);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], Destination);
        address.TryWriteBytes(attribute[4..], out _);
        routes.Send(message);
    }

    private bool Receive(uint sequence)
    {
        for (var dropped = 0; dropped <= MaxDropped; dropped++)
        {
            for (var answer = new NetlinkMessages(routes.Receive()); answer.MoveNext();)
            {
                if (answer.Sequence == sequence)
                {
                    return answer.Type == NewRoute && answer.Body.Length >= BodyLength && answer.Body[0] == IPv4 && answer.Body[TypeAt] == Local;
                }
            }
        }

        return false;
    }
}
