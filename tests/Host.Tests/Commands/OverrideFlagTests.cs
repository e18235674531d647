using ImdsProxy.Commands.Serve;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class OverrideFlagTests
{
    private static readonly string[] Others = ["--policy", "p.json", "--callers", "file:c.json", "--kube-api", "https://127.0.0.1:1"];

    [Fact]
    public void Name_OfAConfigMap_IsAccepted() => Errors("--override-configmap", "imds-proxy/imds-proxy-override").ShouldBeEmpty();

    [Theory]
    [InlineData("imds-proxy-override")]
    [InlineData("imds-proxy/imds-proxy-override/mode")]
    [InlineData("/imds-proxy-override")]
    public void InvalidName_IsRefusedWithTheExpectedFormat(string name) =>
        Errors("--override-configmap", name).ShouldContain(error => error.Contains("write NAMESPACE/NAME", StringComparison.Ordinal));

    private static List<string> Errors(params string[] flags) => [.. ServeCommand.Create().Parse([.. Others, .. flags]).Errors.Select(static error => error.Message)];
}
