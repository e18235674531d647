using System.Text.Json.Nodes;
using System.Xml.Linq;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Core.Proofs;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class PolicyTestCommandTests : IDisposable
{
    private const string Good = """
        {
          "version": 1,
          "examples": [
            { "name": "the system has it", "caller": { "namespace": "kube-system", "serviceAccount": "autoscaler" },
              "request": "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com",
              "answer": { "clientId": "e5dbcd30-9b3d-4041-b791-ac23f9038175", "resource": "https://management.azure.com" }, "expect": "allow", "rule": "system" }
          ],
          "never": [
            { "name": "shop has it never", "workloads": [ { "namespaces": ["shop"] } ], "allow": [ { "identities": ["kubelet"] } ] }
          ]
        }
        """;

    private static readonly string Bad = Good.Replace("\"shop\"", "\"kube-system\"", StringComparison.Ordinal).Replace("\"rule\": \"system\"", "\"rule\": \"guard\"", StringComparison.Ordinal);

    private readonly ProofFolder _folder = new();

    [Fact]
    public async Task Test_WhatHolds_Passes()
    {
        var (exit, output, errors) = await TestAsync("text", Good);

        errors.ShouldBe("tests0.json:9: #/never/0/workloads/0/namespaces/0: warning: never[0].workloads[0].namespaces[0] 'shop': no rule mentions this namespace: check the spelling\n");
        output.ShouldBe("PASS  the system has it\nPASS  shop has it never\n2 passed, 0 failed\n");
        exit.ShouldBe(0);
    }

    [Theory]
    [InlineData("\"shop\"", false, 0)]
    [InlineData("\"shop\"", true, 1)]
    [InlineData("\"kube-*\", \"*\"", true, 1)]
    [InlineData("\"*\" ], \"serviceAccounts\": [ \"web\"", true, 1)]
    public async Task Test_Strict_FailsForANameThatThePolicyDoesNotMention(string names, bool isStrict, int exit)
    {
        var (ended, output, _) = await TestAsync("json", isStrict, Good.Replace("\"shop\"", names, StringComparison.Ordinal));

        ended.ShouldBe(exit, output);
        (JsonNode.Parse(output)!["warnings"] is null).ShouldBe(names.Contains("kube-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Test_WhatDoesNotHold_FailsWithTheReasonAndACounterexample()
    {
        var (exit, output, _) = await TestAsync("text", Bad);

        exit.ShouldBe(1);
        output.ShouldBe("""
            FAIL  the system has it: expected the rule guard to decide, but it is allowed by rule system
            FAIL  shop has it never: permitted by rule system
                  permitted to namespace kube-system: GET /metadata/identity/oauth2/token: kubelet for https://management.azure.com
                  for example
                    GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com&client_id=e5dbcd30-9b3d-4041-b791-ac23f9038175
                    from a pod of kube-system, service account other
                    answered with client id e5dbcd30-9b3d-4041-b791-ac23f9038175, resource https://management.azure.com
            0 passed, 2 failed

            """.Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Test_AsJson_HasTheDocumentedShape()
    {
        var (_, output, _) = await TestAsync("json", Good, Bad);

        var answer = JsonNode.Parse(output)!.AsObject();
        ((int)answer["passed"]!).ShouldBe(2);
        ((int)answer["failed"]!).ShouldBe(2);
        var results = answer["results"]!.AsArray();
        results.Select(static result => $"{result!["name"]} {result["kind"]} {result["passed"]} {result["file"]!.ToString()[^6..]}")
            .ShouldBe(["the system has it example true 0.json", "shop has it never never true 0.json", "the system has it example false 1.json", "shop has it never never false 1.json"]);
        ((string)results[3]!["counterexample"]!["caller"]!["namespace"]!).ShouldBe("kube-system");
        results[0]!["counterexample"].ShouldBeNull();
    }

    [Fact]
    public async Task Test_AsJUnit_HasASuiteForEachFile()
    {
        var (exit, output, _) = await TestAsync("junit", Good, Bad);

        exit.ShouldBe(1);
        var root = XElement.Parse(output);
        Counts(root).ShouldBe("testsuites 4 2 0");
        root.Elements().Select(Counts).ShouldBe(["testsuite 2 0 0", "testsuite 2 2 0"]);
        var failure = root.Elements().Last().Elements("testcase").Last().Element("failure")!;
        ((string)failure.Attribute("message")!).ShouldBe("permitted by rule system");
        failure.Value.ShouldStartWith("permitted to namespace kube-system: ");
    }

    [Fact]
    public async Task Test_AsJUnit_ShowsTheWarningsOfEachFile()
    {
        var (_, output, errors) = await TestAsync("junit", Good, Bad);

        var warnings = XElement.Parse(output).Elements().Select(static suite => suite.Element("system-err")?.Value ?? "").ToList();
        warnings[0].ShouldContain(": warning: ");
        errors.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line.Contains(": warning: ", StringComparison.Ordinal))
            .ShouldBe(warnings.SelectMany(static text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task Test_AsJson_ListsEachWarningWithItsPlace()
    {
        var (_, output, _) = await TestAsync("json", Good);

        JsonNode.Parse(output)!["warnings"]!.AsArray().ShouldHaveSingleItem()!.AsObject().Select(static member => member.Key).ShouldBe(["file", "line", "pointer", "message"]);
    }

    [Fact]
    public async Task Test_TestsThatAreNotThere_AreWrongUsage()
    {
        var (exit, _, errors) = await _folder.RunAsync((output, messages) => PolicyTestCommand.RunAsync(
            new PolicyTestCommand.Asked(_folder.Write("policy.json", ProofFolder.Policy), [_folder.At("none.json")], Assumption.Enforced, IsStrict: false, "text"),
            () => Stream.Null,
            output,
            messages,
            CancellationToken.None));

        exit.ShouldBe(2);
        errors.ShouldBe("imds-proxy: policy test: 'none.json': there is no such file or directory: check the path\n");
    }

    [Theory]
    [InlineData("{", "tests0.json:1: #: error: the document: it is not JSON")]
    [InlineData("""{"version":1}""", "tests0.json:1: #: error: the tests: there is no test: write \"examples\" or \"never\"")]
    [InlineData("{\"version\":1,\n\"never\":[{\"name\":\"n\",\"workloads\":[{}],\"allow\":[{\"identities\":[\"kublet\"]}]}]}", "tests0.json:2: #/never/0/allow/0/identities/0: error: never[0].allow[0].identities[0] 'kublet': there is no such alias: did you mean 'kubelet'?")]
    public async Task Test_AFileWithAnError_IsWrongUsageWithItsPlace(string tests, string says)
    {
        var (exit, output, errors) = await TestAsync("text", tests);

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldStartWith(says);
    }

    [Theory]
    [InlineData("""{"version":1}""", "imds-proxy: policy test: policy.json:1: the policy: \"mode\" is missing")]
    [InlineData(null, "imds-proxy: policy test: 'none.json': there is no such file or directory: check the path")]
    [InlineData("""{"version":1,"never":[]}""", "imds-proxy: policy test: 'policy.json' holds tests of a policy, not a policy")]
    public async Task Test_APolicyThatCannotBeRead_IsWrongUsage(string? policy, string says)
    {
        var path = policy is null ? _folder.At("none.json") : _folder.Write("policy.json", policy);

        var (exit, _, errors) = await _folder.RunAsync((output, messages) =>
            PolicyTestCommand.RunAsync(new PolicyTestCommand.Asked(path, [_folder.Write("tests.json", Good)], Assumption.Enforced, IsStrict: false, "text"), () => Stream.Null, output, messages, CancellationToken.None));

        exit.ShouldBe(2);
        errors.ShouldStartWith(says);
    }

    [Fact]
    public async Task Test_AsWritten_OfAPolicyInAuditMode_FailsWhatIsOnlyRecorded()
    {
        var policy = _folder.Write("policy.json", ProofFolder.Policy.Replace("\"enforce\"", "\"audit\"", StringComparison.Ordinal));

        var (exit, output, _) = await _folder.RunAsync((text, errors) =>
            PolicyTestCommand.RunAsync(new PolicyTestCommand.Asked(policy, [_folder.Write("tests.json", Good)], Assumption.AsWritten, IsStrict: false, "text"), () => Stream.Null, text, errors, CancellationToken.None));

        exit.ShouldBe(1);
        output.ShouldContain("FAIL  shop has it never: permitted, because nothing denies it in this mode");
    }

    public void Dispose() => _folder.Dispose();

    private static string Counts(XElement suite) => $"{suite.Name} {suite.Attribute("tests")!.Value} {suite.Attribute("failures")!.Value} {suite.Attribute("errors")!.Value}";

    private Task<(int Exit, string Output, string Errors)> TestAsync(string form, params string[] tests) => TestAsync(form, isStrict: false, tests);

    private Task<(int Exit, string Output, string Errors)> TestAsync(string form, bool isStrict, params string[] tests) =>
        _folder.RunAsync((output, errors) => PolicyTestCommand.RunAsync(
            new PolicyTestCommand.Asked(
                _folder.Write("policy.json", ProofFolder.Policy),
                [.. tests.Select((text, index) => _folder.Write($"tests{index}.json", text))],
                Assumption.Enforced,
                isStrict,
                form),
            () => Stream.Null,
            output,
            errors,
            CancellationToken.None));
}
