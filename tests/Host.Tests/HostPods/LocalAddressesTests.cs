using System.Net;
using ImdsProxy.Host.Tests.Redirect;
using ImdsProxy.HostPods;
using ImdsProxy.Runtime.Netlink;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.HostPods;

/// <summary>Whether an address is this machine's own. In doubt it is not, so that no pod is taken for the node.</summary>
public sealed class LocalAddressesTests
{
    private static readonly IPAddress Address = IPAddress.Parse("10.0.0.4");

    public static TheoryData<string, Func<uint, byte[][]>, bool> Answers => new()
    {
        { "a local route", n => [Route(n, 2)], true },
        { "after another answer", n => [Route(n + 1, 1), Route(n, 2)], true },
        { "a route by a gateway", n => [Route(n, 1)], false },
        { "a broadcast address", n => [Route(n, 3)], false },
        { "another family", n => [NetlinkBytes.Message(24, n, [10, 32, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0])], false },
        { "a short answer", n => [NetlinkBytes.Message(24, n, [2, 32, 0, 0, 0, 0, 0, 2])], false },
        { "another message", n => [NetlinkBytes.Message(20, n, [2, 32, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0])], false },
        { "an error", n => [NetlinkBytes.Message(2, n, [0x9b, 0xff, 0xff, 0xff])], false },
        { "an invalid length", n => [Route(n, 2)[..20]], false },
        { "nothing", _ => [], false },
        { "other answers for ever", n => [.. Enumerable.Repeat(Route(n + 1, 2), 100)], false },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Contains_KernelsAnswer_MustBeALocalRoute(string name, Func<uint, byte[][]> answer, bool expected) =>
        new LocalAddresses(new ScriptedKernel((_, n) => answer(n)), TimeProvider.System).Contains(Address).ShouldBe(expected, name);

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.3.2.1", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("::1", false)]
    public void Contains_RealAddress_AgreesWithTheKernel(string address, bool expected)
    {
        using var routes = new NetlinkSocket(NetlinkSocket.Routes);
        var local = new LocalAddresses(routes, TimeProvider.System);
        local.Contains(IPAddress.Parse(address)).ShouldBe(expected);
        local.Contains(IPAddress.Parse(address)).ShouldBe(expected);
    }

    private static byte[] Route(uint sequence, byte type) => NetlinkBytes.Message(24, sequence, [2, 32, 0, 0, 0, 0, 0, type, 0, 0, 0, 0]);
}
