using System.Net;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Explain;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class PolicyExplainCommandTests : IDisposable
{
    private const string Agent = "10.0.0.11";
    private const string Web = "10.0.0.21";
    private const string Pinned = "10.0.0.41";
    private const string AdxIngest = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    private const string Kubelet = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    private const string Token = "GET /metadata/identity/oauth2/token?api-version=2018-02-01";
    private const string Kusto = Token + "&resource=https://api.kusto.windows.net";
    private const string Arm = Token + "&resource=https%3A%2F%2Fmanagement.azure.com%2F";

    private const string Callers = """
        {"pods":[
          {"ip":"10.0.0.11","namespace":"logging","name":"agent-1","uid":"1","serviceAccount":"agent","owner":"DaemonSet/agent"},
          {"ip":"10.0.0.21","namespace":"shop","name":"web-1","uid":"2","serviceAccount":"web"},
          {"ip":"10.0.0.41","namespace":"jobs","name":"job-1","uid":"5","serviceAccount":"job"},
          {"ip":"10.0.0.31","namespace":"shop","name":"web-2","uid":"3","serviceAccount":"web"},
          {"ip":"10.0.0.31","namespace":"shop","name":"web-3","uid":"4","serviceAccount":"web"}]}
        """;

    private const string Policy = """
        {"version":1,"mode":"MODE",
         "identities":{"adx":{"clientId":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"},"kubelet":{"clientId":"e5dbcd30-9b3d-4041-b791-ac23f9038175"}},
         "rules":[
          {"name":"ship","workloads":[{"namespaces":["logging"]}],"allow":[
            {"path":"/metadata/identity/oauth2/token","identities":["adx"],"resources":["https://api.kusto.windows.net"]},
            {"path":"/metadata/instance/**"},
            {"path":"/metadata/scheduledevents"}]},
          {"name":"pinned","workloads":[{"namespaces":["jobs"]}],"allow":[
            {"path":"/metadata/identity/oauth2/token","identities":["adx"],"resources":["https://api.kusto.windows.net"],"asIdentity":"adx"},
            {"path":"/metadata/instance/compute","keep":["compute.location"]}]},
          {"name":"guard","mode":"enforce","workloads":[{}],"except":[{"namespaces":["kube-system"]}],
           "deny":[{"path":"/metadata/identity/oauth2/token","identities":["kubelet"]}]},
          {"name":"shop-is-not-told","workloads":[{}],"except":[{"namespaces":["logging"]}],"deny":[{"path":"/metadata/instance"}]}]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("explain-").FullName;

    // Without "hostNetwork" in the policy, a pod on hostNetwork is only audited, even by a rule with its own mode.
    [Theory]
    [InlineData("shop/web-1", "", 1, "denied: rule guard denies it")]
    [InlineData("host/agent-1", "", 0, "would be denied: rule guard denies it")]
    [InlineData("host/agent-1", "\"hostNetwork\":{\"mode\":\"enforce\"},", 1, "denied: rule guard denies it")]
    [InlineData("host/none", "", 2, "has no pod host/none")]
    public async Task Explain_PodByName_IsDecidedByTheWayItAsks(string pod, string key, int code, string expected)
    {
        var (policy, callers) = (Path.Combine(_folder, "host.json"), Path.Combine(_folder, "host-callers.json"));
        await File.WriteAllTextAsync(policy, Policy.Replace("MODE", "enforce", StringComparison.Ordinal).Replace("\"identities\":{\"adx\":{", key + "\"identities\":{\"adx\":{", StringComparison.Ordinal));
        await File.WriteAllTextAsync(callers, Callers.Replace("{\"pods\":[", """{"pods":[{"namespace":"host","name":"agent-1","uid":"h","serviceAccount":"agent","hostNetwork":true},""", StringComparison.Ordinal));
        using var output = new StringWriter();

        var result = await PolicyExplainCommand.GuardAsync(
            () => PolicyExplainCommand.ExplainPodAsync(policy, callers, pod, $"{Arm}&client_id={Kubelet}", [], CancellationToken.None), output, output);

        output.ToString().ShouldContain(expected);
        result.ShouldBe(code);
    }

    public static TheoryData<ExplainCase> Cases =>
    [
        new ExplainCase("allowed", Agent, $"{Kusto}&client_id={AdxIngest}", 0, "permitted by rule ship",
            "* ship              allow /metadata/identity/oauth2/token: allows it",
            "allow /metadata/instance/**: different path",
            "guard             deny /metadata/identity/oauth2/token: different identity: applies to kubelet only",
            "shop-is-not-told  its except excludes this workload",
            "pod logging/agent-1, service account agent, DaemonSet/agent, 10.0.0.11"),
        new ExplainCase("no selector", Agent, Kusto, 0, "permitted by rule ship; the identity in IMDS's answer is checked before the credential is passed on",
            "guard             deny /metadata/identity/oauth2/token: decided by IMDS's answer: denies it if the identity is kubelet"),
        new ExplainCase("pinned", Pinned, Kusto, 0, "permitted by rule pinned",
            $"sent as adx: GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fapi.kusto.windows.net&client_id={AdxIngest}"),
        new ExplainCase("pinned in audit mode", Pinned, Kusto, 0, "permitted by rule pinned",
            "would be sent as adx if enforced") { Mode = "audit" },
        new ExplainCase("redacted", Pinned, "GET /metadata/instance/compute", 0, "permitted by rule pinned",
            "answer filter: keep [compute.location]"),
        new ExplainCase("redacted in audit mode", Pinned, "GET /metadata/instance/compute", 0, "permitted by rule pinned",
            "answer filter if enforced: keep [compute.location]") { Mode = "audit" },
        new ExplainCase("denied by a rule", Web, $"{Arm}&client_id={Kubelet}", 1, "denied: rule guard denies it, which overrides every allow",
            "ship              applies to other workloads",
            "* guard             deny /metadata/identity/oauth2/token: denies it"),
        new ExplainCase("another resource", Agent, $"{Arm}&client_id={AdxIngest}", 1, "denied: no rule allows it",
            "ship              allow /metadata/identity/oauth2/token: different resource: applies to https://api.kusto.windows.net only",
            """{ "path": "/metadata/identity/oauth2/token", "identities": ["adx"], "resources": ["https://management.azure.com"] }""",
            """{ "namespaces": ["logging"], "serviceAccounts": ["agent"] }"""),
        new ExplainCase("another identity", Agent, $"{Kusto}&client_id={Kubelet}", 1, "denied: rule guard denies it",
            "ship              allow /metadata/identity/oauth2/token: different identity: applies to adx only"),
        new ExplainCase("an identity without an alias", Agent, $"{Kusto}&object_id={AdxIngest}", 1, "denied: no rule allows it",
            "ship              allow /metadata/identity/oauth2/token: no alias in the policy has this object_id, so it cannot be matched to adx",
            "note: no alias in the policy has this object_id: add an alias for its identity, with its clientId, and write the alias in place of CLIENT_ID"),
        new ExplainCase("another method", Agent, "POST /metadata/scheduledevents?api-version=2019-08-01", 1, "denied: no rule allows it",
            "allow /metadata/scheduledevents: different method: applies to GET only",
            """{ "path": "/metadata/scheduledevents", "methods": ["POST"] }"""),
        new ExplainCase("an unknown parameter", Agent, "GET /metadata/instance?x=1", 1, "denied: the request has a parameter that IMDS is not known to accept",
            "allow /metadata/instance/**: IMDS is not known to accept 'x', and extraQuery does not list it",
            """{ "path": "/metadata/instance", "extraQuery": ["x"] }"""),
        new ExplainCase("an unknown path", Web, "GET /latest/meta-data", 1, "denied: IMDS is not known to have this path, and no rule allows it",
            """{ "path": "/latest/meta-data" }"""),
        new ExplainCase("audit mode", Web, "GET /metadata/versions", 0, "would be denied: no rule allows it; audit mode still sends it",
            """{ "path": "/metadata/versions" }""") { Mode = "audit" },
        new ExplainCase("audit mode, denied by a rule", Web, "GET /metadata/instance", 0, "would be denied: rule shop-is-not-told denies it, which overrides every allow; audit mode",
            "* shop-is-not-told  deny /metadata/instance: denies it") { Mode = "audit" },
        new ExplainCase("audit mode, an enforced rule", Web, $"{Arm}&client_id={Kubelet}", 1, "denied: rule guard denies it") { Mode = "audit" },
        new ExplainCase("an unknown address", "10.0.0.99", "GET /metadata/versions", 1, "denied: no known pod has the address 10.0.0.99"),
        new ExplainCase("an address of two pods", "10.0.0.31", "GET /metadata/versions", 1, "denied: more than one pod has the address 10.0.0.31"),
        new ExplainCase("malformed", Agent, "GET /metadata\\instance", 1, "rejected: malformed, so it gets status 400 whatever the policy says: "),
        new ExplainCase("a header that is refused", Agent, "GET /metadata/instance", 1, "rejected: malformed") { Headers = ["X-Forwarded-For: 1.2.3.4"] },
        new ExplainCase("a relayed request", Agent, "GET /metadata/instance", 1, "denied: it carries X-Real-IP, which marks a relayed request") { Headers = ["x-real-ip: 10.0.0.1"] },
        new ExplainCase("a relayed request in audit mode", Agent, "GET /metadata/instance", 0,
            "would be denied: it carries Forwarded, which marks a relayed request; audit mode still sends it") { Headers = ["Forwarded: for=10.0.0.1"], Mode = "audit" },
        new ExplainCase("a request through an Envoy", Agent, "GET /metadata/instance", 0, "permitted by rule") { Headers = ["Via: 1.1 envoy"] },
        new ExplainCase("a probe where something is allowed", Agent, "GET /metadata/instance", 1, "rejected: without 'Metadata: true'") { Headers = ["Metadata:"] },
        new ExplainCase("a probe where nothing is", Web, "GET /metadata/versions", 1, "denied: no rule allows it") { Headers = ["metadata: false"] },
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Explain_Request_PrintsTheDecisionAndItsReasons(ExplainCase @case)
    {
        ArgumentNullException.ThrowIfNull(@case);

        var (exit, output, errors) = await ExplainAsync(@case.Request, @case.Ip, Policy.Replace("MODE", @case.Mode, StringComparison.Ordinal), @case.Headers);

        errors.ShouldBeEmpty();
        output.ShouldStartWith(@case.Says);
        var lines = output.Split('\n').Select(line => line.Trim()).ToList();
        foreach (var line in @case.Lines)
        {
            lines.Contains(line, StringComparer.Ordinal).ShouldBeTrue($"{line}\nis not in\n{output}");
        }

        exit.ShouldBe(@case.Exit);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("/metadata/instance")]
    public async Task Explain_InvalidRequest_IsAUsageError(string request)
    {
        var (exit, output, errors) = await ExplainAsync(request, Agent, Policy.Replace("MODE", "enforce", StringComparison.Ordinal));

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldContain("write a method and a target");
    }

    [Fact]
    public async Task Explain_BadPolicy_IsAConfigurationError()
    {
        var (exit, _, errors) = await ExplainAsync("GET /metadata/instance", Agent, """{"version":1}""");

        exit.ShouldBe(2);
        errors.ShouldContain("policy check lists all errors");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Exit, string Output, string Errors)> ExplainAsync(string request, string ip, string policy, params string[] headers)
    {
        var (policyPath, callersPath) = (Path.Combine(_folder, "policy.json"), Path.Combine(_folder, "callers.json"));
        await File.WriteAllTextAsync(policyPath, policy);
        await File.WriteAllTextAsync(callersPath, Callers);
        await using var output = new StringWriter { NewLine = "\n" };
        await using var errors = new StringWriter { NewLine = "\n" };
        var exit = await PolicyExplainCommand.GuardAsync(
            () => PolicyExplainCommand.ExplainAsync(
                policyPath, $"file:{callersPath}", IPAddress.Parse(ip), request, [.. headers.Select(GivenRequest.Header)], CancellationToken.None),
            output,
            errors);
        return (exit, output.ToString(), errors.ToString());
    }
}
