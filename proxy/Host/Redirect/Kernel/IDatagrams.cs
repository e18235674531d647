namespace ImdsProxy.Redirect.Kernel;

/// <summary>Carries netlink datagrams to and from the kernel.</summary>
internal interface IDatagrams
{
    /// <exception cref="IOException">The kernel did not take it.</exception>
    void Send(ReadOnlySpan<byte> datagram);

    /// <summary>The next datagram; it is valid until the next call.</summary>
    /// <exception cref="IOException">There is none, or it was longer than the buffer.</exception>
    ReadOnlySpan<byte> Receive();
}
