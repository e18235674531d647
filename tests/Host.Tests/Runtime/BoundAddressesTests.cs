using ImdsProxy.Runtime;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

public sealed class BoundAddressesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:16254", "127.0.0.1:16254")]
    [InlineData("http://169.254.169.254:80", "169.254.169.254:80")]
    [InlineData("http://[::1]:16255", "[::1]:16255")]
    [InlineData("http://[::1]:80", "[::1]:80")]
    public void EndPointOf_Address_HasItsPort(string address, string endPoint) =>
        BoundAddresses.EndPointOf(address).ToString().ShouldBe(endPoint);
}
