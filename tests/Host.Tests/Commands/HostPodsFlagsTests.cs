using System.CommandLine;
using ImdsProxy.Commands.Serve;
using ImdsProxy.HostPods;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class HostPodsFlagsTests
{
    private static readonly ServeFlags Serve = new();
    private static readonly Command Command = Make();

    [Theory]
    [InlineData("/sys/fs/cgroup")]
    [InlineData("/run/imds-proxy-cgroup", "--cgroup-root=/run/imds-proxy-cgroup")]
    public void HostPods_WithTheOriginalDestination_AreRead(string root, params string[] flags)
    {
        var parsed = Parse(["--host-pods", "--require-original-destination", .. flags]);
        parsed.Errors.ShouldBeEmpty();
        Serve.Read(parsed).HostPods.ShouldBe(new HostPodsOptions(root));
    }

    [Fact]
    public void HostPods_WithoutTheOriginalDestination_AreRefused() =>
        Parse(["--host-pods"]).Errors.ShouldHaveSingleItem().Message.ShouldStartWith("--host-pods: also give --require-original-destination");

    [Fact]
    public void HostPods_NotGiven_ReadNull() => Serve.Read(Parse([])).HostPods.ShouldBeNull();

    private static ParseResult Parse(string[] flags) => Command.Parse(["--policy=policy.json", "--callers=file:callers.json", .. flags]);

    private static Command Make()
    {
        var command = new Command("serve");
        Serve.AddTo(command);
        return command;
    }
}
