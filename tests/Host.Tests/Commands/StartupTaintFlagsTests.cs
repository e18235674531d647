using System.CommandLine;
using ImdsProxy.Commands.Serve;
using ImdsProxy.Serving.Cluster;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class StartupTaintFlagsTests
{
    private const string Api = "--kube-api=http://127.0.0.1:1";

    [Fact]
    public void TaintFlags_NotGiven_ReadNull() => Read("--callers=kubernetes", "--node-name=aks-1", Api).StartupTaint.ShouldBeNull();

    [Fact]
    public void TaintFlags_WithARedirect_AreRead() =>
        Read("--callers=kubernetes", "--node-name=aks-1", Api, "--startup-taint=node.imdsproxy.io/not-ready", "--redirect-state=/run/state.json")
            .StartupTaint.ShouldBe(new StartupTaintOptions("node.imdsproxy.io/not-ready", "/run/state.json"));

    [Fact]
    public void TaintFlags_WithCallersAndPolicyFromFiles_NeedTheCluster()
    {
        var options = Read("--callers=file:callers.json", "--node-name=aks-1", Api, "--startup-taint=example.com/not-yet");

        options.Callers.ShouldBeFalse();
        options.Node.ShouldBe("aks-1");
        options.StartupTaint.ShouldBe(new StartupTaintOptions("example.com/not-yet", null));
    }

    [Theory]
    [InlineData("--node-name", "--startup-taint=node.imdsproxy.io/not-ready")]
    [InlineData("belongs to Kubernetes", "--startup-taint=node.kubernetes.io/not-ready", "--node-name=aks-1")]
    [InlineData("give --startup-taint too", "--redirect-state=/run/state.json", "--node-name=aks-1")]
    public void TaintFlags_Incomplete_AreRefused(string why, params string[] flags) =>
        Parse(["--callers=file:callers.json", Api, .. flags]).Errors.ShouldHaveSingleItem().Message.ShouldContain(why);

    private static ClusterOptions Read(params string[] flags)
    {
        var parsed = Parse(flags);
        parsed.Errors.ShouldBeEmpty();
        return Serve.Read(parsed).Cluster.ShouldNotBeNull();
    }

    private static ParseResult Parse(string[] flags) => Command.Parse(["--policy=policy.json", .. flags]);

    private static readonly ServeFlags Serve = new();
    private static readonly Command Command = Make();

    private static Command Make()
    {
        var command = new Command("serve");
        Serve.AddTo(command);
        return command;
    }
}
