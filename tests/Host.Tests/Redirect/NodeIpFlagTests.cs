using System.CommandLine;
using System.Net;
using ImdsProxy.Commands.Redirect;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

public sealed class NodeIpFlagTests
{
    [Theory]
    [InlineData("10.224.0.4")]
    [InlineData("10.224.0.4,fd00::4")]
    [InlineData("fd00::4,10.224.0.4")]
    public void NodeIp_OfSeveralAddresses_IsTheIpv4One(string text) =>
        Read(text).ShouldBe(IPAddress.Parse("10.224.0.4"));

    [Fact]
    public void NodeIp_WithIpv6Only_IsKeptForTheRedirectsError() => Read("fd00::4").ShouldBe(IPAddress.Parse("fd00::4"));

    private static IPAddress? Read(string text)
    {
        var flags = new RedirectFlags();
        var command = new Command("watch");
        flags.AddToAll(command);
        flags.AddRules(command);
        flags.AddChange(command);
        flags.AddWatch(command);
        return flags.Read(command.Parse(["--node-ip", text])).NodeIp;
    }
}
