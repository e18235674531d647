using System.Buffers.Binary;
using System.Net;
using ImdsProxy.HostPods;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The kernel's answer about a socket. A socket is found only in an answer that contains the requested addresses and the sequence number.</summary>
internal sealed class SocketTarget : IFuzzTarget
{
    private const uint Sequence = 7;

    private static readonly IPEndPoint Client = new(IPAddress.Parse("10.0.0.4"), 40132);
    private static readonly IPEndPoint Imds = new(IPAddress.Parse("169.254.169.254"), 80);

    // The addresses as they stand in an answer: two ports, then two addresses of 16 bytes.
    private static readonly byte[] Addresses =
        [156, 196, 0, 80, 10, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 169, 254, 169, 254, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public bool Run(ReadOnlyMemory<byte> input)
    {
        try
        {
            if (!SocketAnswer.TryRead(input.Span, Sequence, Client, Imds, out var socket) || socket is not { } found)
            {
                return false;
            }

            FuzzCheck.That(input.Span.IndexOf(Addresses) >= 0, "a socket has exactly the requested addresses");
            FuzzCheck.That(Contains(input.Span, found.Cgroup), "the cgroup stands in the answer");
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return false;
        }
    }

    private static bool Contains(ReadOnlySpan<byte> input, ulong cgroup)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, cgroup);
        return input.IndexOf(bytes) >= 0;
    }
}
