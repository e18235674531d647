using System.Net;
using System.Net.Sockets;
using ImdsProxy.Host.Tests.Redirect;
using ImdsProxy.HostPods;
using ImdsProxy.Runtime.Netlink;
using Shouldly;
using Xunit;
using static ImdsProxy.Host.Tests.HostPods.SocketBytes;
using static ImdsProxy.Host.Tests.Redirect.NetlinkBytes;

namespace ImdsProxy.Host.Tests.HostPods;

/// <summary>Only a connected socket with exactly the requested addresses counts, and every length is checked.</summary>
public sealed class SocketLookupTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("10.0.0.5");

    public static TheoryData<string, Func<uint, byte[][]>> None => new()
    {
        { "no such socket", n => [Error(n, -2)] },
        { "a listener on the port", n => [AnswerWith(n, Message(state: 10, local: new IPEndPoint(IPAddress.Any, Client.Port), remote: new IPEndPoint(IPAddress.Any, 0)), Cgroup(7), Info(1))] },
        { "a listener with the same addresses", n => [AnswerWith(n, Message(state: 10), Cgroup(7), Info(1))] },
        { "a socket that is not connected yet", n => [AnswerWith(n, Message(state: 2), Cgroup(7), Info(1))] },
        { "a socket in TIME_WAIT", n => [AnswerWith(n, Message(state: 6), Cgroup(7), Info(1))] },
        { "a closed socket", n => [AnswerWith(n, Message(state: 7), Cgroup(7), Info(1))] },
        { "another source port", n => [AnswerWith(n, Message(local: new IPEndPoint(Client.Address, 40133)), Cgroup(7), Info(1))] },
        { "another source", n => [AnswerWith(n, Message(local: new IPEndPoint(Elsewhere, Client.Port)), Cgroup(7), Info(1))] },
        { "another destination port", n => [AnswerWith(n, Message(remote: new IPEndPoint(Imds.Address, 81)), Cgroup(7), Info(1))] },
        { "another destination", n => [AnswerWith(n, Message(remote: new IPEndPoint(Elsewhere, 80)), Cgroup(7), Info(1))] },
        { "the other end", n => [AnswerWith(n, Message(local: Imds, remote: Client), Cgroup(7), Info(1))] },
        { "another family", n => [AnswerWith(n, Message(family: 1), Cgroup(7), Info(1))] },
        { "an IPv6 socket whose addresses are not mapped", n => [AnswerWith(n, Message(family: 10), Cgroup(7), Info(1))] },
        { "an IPv4 socket whose addresses are mapped", n => [AnswerWith(n, With(Mapped(), 0, 2), Cgroup(7), Info(1))] },
        { "an IPv6 socket from another source", n => [AnswerWith(n, Mapped(local: Elsewhere), Cgroup(7), Info(1))] },
        { "an IPv6 socket to another destination", n => [AnswerWith(n, Mapped(remote: Elsewhere), Cgroup(7), Info(1))] },
        { "an IPv6 socket to an address that only ends alike", n => [AnswerWith(n, With(Mapped(), 24, 1), Cgroup(7), Info(1))] },
        { "bytes after the address", n => [AnswerWith(n, With(Message(), 12, 1), Cgroup(7), Info(1))] },
    };

    public static TheoryData<string, Func<uint, byte[][]>> Invalid => new()
    {
        { "nothing", _ => [] },
        { "answers to another request for ever", n => [.. Enumerable.Repeat(Answer(n + 1, Cgroup(7), Info(1)), 1000)] },
        { "empty datagrams for ever", _ => [.. Enumerable.Repeat(Array.Empty<byte>(), 1000)] },
        { "half a header", n => [Answer(n, Cgroup(7), Info(1))[..15]] },
        { "a message longer than the datagram", n => [With(Answer(n, Cgroup(7), Info(1)), 0, 0xff, 0xff, 0, 0)] },
        { "a message of negative length", n => [With(Answer(n, Cgroup(7), Info(1)), 0, 0xf0, 0xff, 0xff, 0xff)] },
        { "half a message", n => [AnswerWith(n, Message()[..71])] },
        { "no body", n => [NetlinkBytes.Message(20, n, [])] },
        { "no attributes", n => [Answer(n)] },
        { "no cgroup", n => [Answer(n, Info(1))] },
        { "no tcp_info", n => [Answer(n, Cgroup(7))] },
        { "a cgroup of four bytes", n => [Answer(n, Attribute(21, 7, 0, 0, 0), Info(1))] },
        { "a cgroup of sixteen bytes", n => [Answer(n, Attribute(21, new byte[16]), Info(1))] },
        { "two cgroups", n => [Answer(n, Cgroup(7), Cgroup(8), Info(1))] },
        { "a short tcp_info", n => [Answer(n, Cgroup(7), Info(1, 55))] },
        { "an attribute longer than the message", n => [Answer(n, new byte[] { 0xff, 0, 21, 0 })] },
        { "an attribute without a length", n => [Answer(n, new byte[] { 0, 0, 21, 0 })] },
        { "another message", n => [NetlinkBytes.Message(16, n, Message())] },
        { "another error", n => [Error(n, -1)] },
        { "an error without a code", n => [NetlinkBytes.Message(2, n, [0xff])] },
    };

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public void Find_ConnectedSocket_IsFound(byte state) =>
        Find(n => [AnswerWith(n, Message(state: state), Info(31), Cgroup(ulong.MaxValue))]).ShouldBe(new ClientSocket(ulong.MaxValue, 31));

    [Fact]
    public void Find_IPv6SocketToAnIPv4Address_IsFound() =>
        Find(n => [AnswerWith(n, Mapped(), Info(31), Cgroup(7))]).ShouldBe(new ClientSocket(7, 31));

    [Fact]
    public void Find_AfterAnswersToEarlierRequests_DropsThem()
    {
        var lookup = new SocketLookup(new ScriptedKernel((_, n) => [Answer(n - 1, Cgroup(6), Info(1)), [.. Answer(n + 1, Cgroup(5), Info(1)), .. Answer(n, Cgroup(7), Info(1))]]));
        lookup.Find(Client, Imds, 0)!.Value.Cgroup.ShouldBe(7u);
        lookup.Find(Client, Imds, 0)!.Value.Cgroup.ShouldBe(7u);
    }

    [Theory]
    [MemberData(nameof(None))]
    public void Find_AnotherSocket_IsNone(string name, Func<uint, byte[][]> answer) => Find(answer).ShouldBeNull(name);

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Find_InvalidAnswer_Fails(string name, Func<uint, byte[][]> answer)
    {
        var failure = Should.Throw<Exception>(() => Find(answer), name);
        (failure is IOException or InvalidDataException).ShouldBeTrue(failure.ToString());
    }

    [Fact]
    public void Find_OfARealConnection_AgreesWithTheKernel()
    {
        using var sockets = new NetlinkSocket(NetlinkSocket.SocketDiagnosis);
        var lookup = new SocketLookup(sockets);
        OwnSocket.Cgroup(lookup).ShouldBe(OwnSocket.Cgroup(lookup));
        lookup.Find(new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2), 0).ShouldBeNull();
    }

    [Fact]
    public async Task Find_OfARealIPv6Socket_AgreesWithTheKernel()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "needs IPv6");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var listening = (IPEndPoint)listener.LocalEndpoint;
        using var client = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        await client.ConnectAsync(listening, TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);

        using var sockets = new NetlinkSocket(NetlinkSocket.SocketDiagnosis);
        var lookup = new SocketLookup(sockets);
        lookup.Find((IPEndPoint)accepted.RemoteEndPoint!, listening, 0).ShouldNotBeNull().Cgroup.ShouldBe(OwnSocket.Cgroup(lookup));
    }

    private static ClientSocket? Find(Func<uint, byte[][]> answer) =>
        new SocketLookup(new ScriptedKernel((_, sequence) => answer(sequence))).Find(Client, Imds, 0);

    private static byte[] Error(uint sequence, int error) => NetlinkBytes.Message(2, sequence, BitConverter.GetBytes(error));

    private static byte[] With(byte[] bytes, int at, params byte[] changed)
    {
        changed.CopyTo(bytes, at);
        return bytes;
    }
}
