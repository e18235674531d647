using System.Net;
using ImdsProxy.Management;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Management;

public sealed class ManagementAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:16255")]
    [InlineData("[::1]:16255")]
    [InlineData("0.0.0.0:0")]
    [InlineData("unix:/run/imds-proxy/management.sock")]
    public void Parse_Address_RoundTrips(string text) =>
        ManagementAddress.Text(ManagementAddress.Parse(text)).ShouldBe(text);

    [Theory]
    [InlineData("")]
    [InlineData("16255")]
    [InlineData("127.0.0.1")]
    [InlineData("localhost:16255")]
    [InlineData("unix:")]
    [InlineData("unix:management.sock")]
    [InlineData("127.0.0.1:66000")]
    public void Parse_InvalidAddress_IsRefused(string text) =>
        Should.Throw<FormatException>(() => ManagementAddress.Parse(text)).Message.ShouldStartWith("write ");

    [Fact]
    public void Parse_PathTooLongForASocket_IsRefused()
    {
        ManagementAddress.Parse("unix:/" + new string('a', 106)).ShouldBeOfType<System.Net.Sockets.UnixDomainSocketEndPoint>();

        Should.Throw<FormatException>(() => ManagementAddress.Parse("unix:/" + new string('a', 107)));
    }

    [Fact]
    public void Default_IsLoopback() => ((IPEndPoint)ManagementAddress.Parse(ManagementAddress.Default)).Address.ShouldBe(IPAddress.Loopback);
}
