using System.Text;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Tests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Proofs.Tests;

public sealed class PolicyTestRunTests
{
    private static readonly string Example = File.ReadAllText("policy.example.json");

    // edit of the example policy, from, to, the tests that fail with their reason
    public static TheoryData<string, string, string, string[]> Edits => new()
    {
        { "none", "", "", [] },
        {
            "kubelet for shop, which the guard still denies",
            "\"workloads\": [ { \"namespaces\": [\"kube-system\"] } ],",
            "\"workloads\": [ { \"namespaces\": [\"kube-system\", \"shop\"] } ],",
            []
        },
        {
            "the kubelet's identity for Fluent Bit, without the guard",
            "\"except\": [ { \"namespaces\": [\"kube-system\"] } ],\n      \"deny\": [ { \"identities\": [\"kubelet\"] } ]\n    },\n    {\n      \"name\": \"istio-probes\"",
            "\"except\": [ { \"namespaces\": [\"kube-system\", \"logging\"] } ],\n      \"deny\": [ { \"identities\": [\"kubelet\"] } ]\n    },\n    { \"name\": \"new\", \"workloads\": [ { \"namespaces\": [\"logging\"] } ], \"allow\": [ { \"path\": \"/metadata/identity/oauth2/token\", \"identities\": [\"kubelet\"], \"resources\": [\"*\"] } ] },\n    {\n      \"name\": \"istio-probes\"",
            ["only kube-system gets the kubelet's identity: permitted by rule new"]
        },
        {
            "another name of a rule",
            "\"name\": \"fluent-bit-to-adx\"",
            "\"name\": \"fluent-bit\"",
            ["fluent-bit gets a token for Azure Data Explorer: expected the rule fluent-bit-to-adx to decide, but it is allowed by rule fluent-bit"]
        },
        {
            "another resource",
            "https://api.kusto.windows.net",
            "https://management.azure.com",
            [
                "fluent-bit gets a token for Azure Data Explorer: expected allow, but it is denied (no-rule)",
                "fluent-bit gets no token for Azure Resource Manager: expected deny, but it is allowed by rule fluent-bit-to-adx",
            ]
        },
        {
            "scheduled events",
            "{ \"path\": \"/metadata/instance/compute/location\" }",
            "{ \"path\": \"/metadata/scheduledevents\", \"methods\": [\"POST\"] }",
            ["nobody approves scheduled events: permitted by rule fluent-bit-to-adx"]
        },
    };

    [Theory, MemberData(nameof(Edits))]
    public void Run_EditedExample_FailsTheTestsThatNoLongerHold(string edit, string from, string to, string[] failures)
    {
        ArgumentNullException.ThrowIfNull(from);

        Example.Contains(from, StringComparison.Ordinal).ShouldBeTrue(edit);

        Failures(from.Length == 0 ? Example : Example.Replace(from, to, StringComparison.Ordinal), Assumption.Enforced).SequenceEqual(failures, StringComparer.Ordinal).ShouldBeTrue(edit);
    }

    [Fact]
    public void Run_PolicyInAuditMode_CountsOnlyWhatIsEnforced()
    {
        var audited = Example.Replace("\"mode\": \"enforce\",\n  \"identities\"", "\"mode\": \"audit\",\n  \"identities\"", StringComparison.Ordinal);

        Failures(audited, Assumption.Enforced).ShouldBeEmpty();
        Failures(audited, Assumption.AsWritten).ShouldBe(
        [
            "fluent-bit gets no token for Azure Resource Manager: expected deny, but it is allowed, because audit mode only records the denial (no-rule)",
            "Istio's sidecars are denied quietly: expected deny, but it is allowed, because audit mode only records the denial (deny-rule)",
            "nobody gets a certificate of an identity: permitted, because nothing denies it in this mode",
            "nobody approves scheduled events: permitted, because nothing denies it in this mode",
        ]);
    }

    [Fact]
    public void Run_NeverBeyondTheBudget_IsNotPassed()
    {
        var policy = PolicyLoader.Load(Encoding.UTF8.GetBytes(Example)).Document!;

        var results = PolicyTestRun.Of(policy, Tests(policy), budget: 1);

        results.Where(static result => result.IsNever).ShouldAllBe(static result => !result.Passed && result.Status == ProofStatus.TooComplex && result.Failure.Length > 0);
    }

    [Theory]
    [InlineData("kublet", null, null, null, "did you mean 'kubelet'?")]
    [InlineData(null, null, "x", null, "begin it with '/'")]
    [InlineData("\"", null, null, null, "there is no such alias")]
    public void Goal_WrongValue_IsRefusedWithTheCure(string? identity, string? resource, string? path, string? method, string says)
    {
        var policy = PolicyLoader.Load(Encoding.UTF8.GetBytes(Example)).Document!;

        Should.Throw<FormatException>(() => GoalReader.Read(policy, identity, resource, path, method)).Message.ShouldContain(says);
    }

    private static List<string> Failures(string policy, Assumption assumption)
    {
        var document = PolicyLoader.Load(Encoding.UTF8.GetBytes(policy)).Document.ShouldNotBeNull();
        return [.. PolicyTestRun.Of(document, Tests(document), assumption).Where(static result => !result.Passed).Select(static result => $"{result.Name}: {result.Failure}")];
    }

    private static PolicyTests Tests(PolicyDocument policy) => PolicyTestsLoader.Load(File.ReadAllBytes("policy.tests.json"), policy).Tests.ShouldNotBeNull();
}
