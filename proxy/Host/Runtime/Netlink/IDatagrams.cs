namespace ImdsProxy.Runtime.Netlink;

/// <summary>Sends netlink datagrams to the kernel and receives its answers.</summary>
internal interface IDatagrams
{
    /// <exception cref="IOException">The kernel did not accept the datagram.</exception>
    void Send(ReadOnlySpan<byte> datagram);

    /// <summary>Receives the next datagram. The returned bytes are valid until the next call.</summary>
    /// <exception cref="IOException">No datagram is waiting, or the datagram was longer than the buffer.</exception>
    ReadOnlySpan<byte> Receive();
}
