using System.Net.NetworkInformation;
using ImdsProxy.Identify;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Identify;

/// <summary>What is no pod's own; that a pod's end of a pair is told from it needs a network namespace, and is tested there.</summary>
public sealed class SharedInterfacesTests
{
    [Fact]
    public void Loopback_IsShared()
    {
        var loopback = NetworkInterface.GetAllNetworkInterfaces().Single(device => device.NetworkInterfaceType == NetworkInterfaceType.Loopback);
        new SharedInterfaces().IsShared(loopback.GetIPProperties().GetIPv4Properties().Index).ShouldBeTrue();
    }

    [Fact]
    public void InterfaceThatIsGone_SaysNothing() => new SharedInterfaces().IsShared(int.MaxValue).ShouldBeTrue();
}
