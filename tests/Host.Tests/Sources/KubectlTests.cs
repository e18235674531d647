using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Sources.Nodes.Asking;
using ImdsProxy.Sources.Nodes.Format;
using ImdsProxy.Sources.Nodes.Kubectl;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Sources;

/// <summary>What is given to kubectl, and what is made of its errors.</summary>
public sealed class KubectlTests
{
    [Theory]
    [InlineData("aks-user-007.internal", true)]
    [InlineData("a", true)]
    [InlineData("", false)]
    [InlineData("--as=admin", false)]
    [InlineData("-n", false)]
    [InlineData("pod/other", false)]
    [InlineData("Pod", false)]
    [InlineData("a b", false)]
    [InlineData("a\u001b[31m", false)]
    [InlineData("pod-", false)]
    public void KubeName_AnyText_IsCheckedBeforeItBecomesAnArgument(string name, bool isValid) => KubeName.IsValid(name).ShouldBe(isValid);

    [Theory]
    [InlineData(1, "Error from server (NotFound): pods \"x\" not found\n", "Error from server (NotFound): pods \"x\" not found")]
    [InlineData(1, "E1129 memcache.go:265] couldn't get current server API group list\nUnable to connect to the server: x509\n", "Unable to connect to the server: x509")]
    [InlineData(2, "imds-proxy: Unrecognized command or argument '--pot=a'. To search for that text, write --text=--pot=a\nimds-proxy: use --help to see the usage\ncommand terminated with exit code 2\n", "its version does not know this search (Unrecognized command or argument '--pot=a'); upgrade the proxy on it")]
    [InlineData(2, "imds-proxy: Required command was not provided.\nimds-proxy: Unrecognized command or argument 'node'.\nimds-proxy: --help tells the usage\ncommand terminated with exit code 2\n", "its version does not know this search (Unrecognized command or argument 'node'); upgrade the proxy on it")]
    [InlineData(2, "imds-proxy: this node keeps no log\ncommand terminated with exit code 2\n", "this node keeps no log")]
    [InlineData(137, "command terminated with exit code 137\n", "kubectl ended with exit code 137")]
    [InlineData(1, "", "kubectl ended with exit code 1")]
    public void KubectlErrors_OfAFailure_GiveItsReason(int code, string errors, string reason) => KubectlErrors.Reason(code, errors).ShouldBe(reason);

    [Fact]
    public void NodeArguments_OfAQuestion_HoldEachValueInOneArgument()
    {
        var question = new AuditQuestion(
            [new AuditTerm("pod", "--as=admin", Negated: false), new AuditTerm(AuditTerm.Text, "$(id); x", Negated: true), new AuditTerm(AuditTerm.Issued, "", Negated: true)],
            new DateTimeOffset(2026, 11, 21, 5, 0, 0, TimeSpan.FromHours(1)));

        NodeArguments.Of(NodeStream.Records, question, TimeSpan.FromSeconds(30), "--first=3").ShouldBe(
        [
            "audit", "node", "--stream=1", "--answer=records", "--deadline=30s", "--pod=--as=admin", "--not", "--text=$(id); x", "--not", "--issued", "--since=2026-11-21T04:00:00.0000000Z", "--first=3",
        ]);
    }

    [Theory]
    [InlineData("aks-1", false, "aks-1", true)]
    [InlineData("aks-1", false, "aks-2", false)]
    [InlineData("aks-*", false, "aks-2", true)]
    [InlineData("aks-1", true, "aks-1", false)]
    [InlineData("aks-1", true, "aks-2", true)]
    public void NodeTest_OfANodeFilter_TellsWhichNodesToAsk(string value, bool isNegated, string node, bool isAsked) =>
        new AuditQuestion([new AuditTerm("node", value, isNegated), new AuditTerm("pod", "web", Negated: false)]).NodeTest()(node).ShouldBe(isAsked);
}
