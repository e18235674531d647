using System.Net.NetworkInformation;
using ImdsProxy.Identify;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Identify;

/// <summary>
/// Recognizes interfaces that do not belong to a single pod. Distinguishing them from a pod's end of a veth pair needs a network
/// namespace, so the tests in network namespaces cover that.
/// </summary>
public sealed class SharedInterfacesTests
{
    [Fact]
    public void Loopback_IsShared()
    {
        var loopback = NetworkInterface.GetAllNetworkInterfaces().Single(device => device.NetworkInterfaceType == NetworkInterfaceType.Loopback);
        new SharedInterfaces().IsShared(loopback.GetIPProperties().GetIPv4Properties().Index).ShouldBeTrue();
    }

    [Fact]
    public void RemovedInterface_IsNotShared() => new SharedInterfaces().IsShared(int.MaxValue).ShouldBeTrue();
}
