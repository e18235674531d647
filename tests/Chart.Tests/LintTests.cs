using ImdsProxy.Chart.Tests.Tools;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

public sealed class LintTests
{
    public static TheoryData<string> Matrix => [.. Values.All.Keys];

    /// <summary>Values that must be refused, and the words that the refusal must contain.</summary>
    public static TheoryData<string, string[]> BadValues => new()
    {
        { "policy: { mode: off }", ["/policy/mode", "'enforce', 'audit'"] },
        { "policy: { mode: enforce, enforceOnly: [{ namespaces: [a] }] }", ["/policy/enforceOnly"] },
        { "policy: { mode: audit, auditOnly: [{ namespaces: [a] }] }", ["/policy/auditOnly"] },
        { "policy: { enforceOnly: [{ labels: { a: b } }] }", ["/policy/enforceOnly/0", "labels"] },
        { "policy: { rules: [{ name: a }] }", ["/policy/rules", "object"] },
        { "policy: { rules: { a: { workload: [{}], deny: [{}] } } }", ["/policy/rules/a", "'workload'"] },
        { "policy: { rules: { a: { workloads: [{}], allow: [{ path: /metadata/versions }] } } }", ["/policy/rules/a/workloads/0", "'namespaces'"] },
        { "policy: { rules: { a: { workloads: [{ namespaces: [x] }], allow: [{ path: /metadata/identity/oauth2/token }] } } }", ["/policy/rules/a/allow/0", "identities"] },
        { "policy: { identities: { a: { clientId: nobody } } }", ["/policy/identities/a/clientId"] },
        { "proxy: { port: 99999 }", ["/proxy/port", "65,535"] },
        { "proxy: { prot: 1 }", ["/proxy", "'prot'"] },
        { "proxy: { identifyWait: 3 seconds }", ["/proxy/identifyWait"] },
        { "redirect: { whenDown: maybe }", ["/redirect/whenDown", "'closed', 'open'"] },
        { "redirect: { rpfilter: true }", ["/redirect/rpfilter"] },
        { "audit: { hostPath: ../etc }", ["/audit/hostPath"] },
        { "image: { proxy: { digest: latest } }", ["/image/proxy/digest"] },
        { "interception: ebpf", ["/interception", "'iptables', 'cilium', 'auto'"] },
        { "metrics: { serviceMonitor: { enabled: true } }", ["set metrics.enabled too"] },
        { "metrics: { prometheusRule: { enabled: true } }", ["set metrics.enabled too"] },
        { "serviceAccount: { create: false }", ["serviceAccount.name"] },
        { "unheard: of", ["'unheard'"] },
    };

    [Theory, MemberData(nameof(Matrix))]
    public async Task Lint_WithGoodValues_FindsNothing(string values)
    {
        await ChartTools.RequireAsync();

        var (code, output, errors) = await Rendered.HelmAsync("lint --strict", Values.All[values]);

        code.ShouldBe(0, output + errors);
    }

    [Theory, MemberData(nameof(BadValues))]
    public async Task Template_WithBadValues_FailsAndNamesThePlace(string values, string[] words)
    {
        await ChartTools.RequireAsync();

        var (code, _, errors) = await Rendered.HelmAsync("template release", values);

        code.ShouldNotBe(0);
        foreach (var word in words)
        {
            errors.ShouldContain(word);
        }
    }
}
