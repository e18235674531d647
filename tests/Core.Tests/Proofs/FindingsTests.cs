using ImdsProxy.Core.Proofs;
using Shouldly;
using Xunit;
using static ImdsProxy.Core.Tests.Proofs.ProofPolicy;

namespace ImdsProxy.Core.Tests.Proofs;

public sealed class FindingsTests
{
    private const string Kubelets = """{"path":"/metadata/identity/oauth2/token","identities":["kubelet"]}""";

    public static TheoryData<string, string> Cases => new()
    {
        { Token("a", "shop"), "" },
        { Token("a", "shop") + "," + Token("b", "logging"), "" },
        { Token("a", "shop") + "," + Token("wide", "*"), "Redundant a by wide" },
        { Token("a", "shop") + "," + Token("wide", "shop*"), "Redundant a by wide" },
        { Token("a", "shop", "kubelet") + "," + Guard("g", Kubelets), "Shadowed a/allow/0 by g" },
        { Token("a", "kube-system", "kubelet") + "," + Guard("g", Kubelets), "" },
        { Guard("g", Kubelets) + "," + Guard("all", "{}"), "Redundant g by all" },
        { Guard("g", Kubelets, more: ",\"mode\":\"enforce\"") + "," + Guard("all", "{}"), "" },
        { Guard("g", """{"path":"/metadata/instance","quiet":true}""") + "," + Guard("h", """{"path":"/metadata/instance"}"""), "Redundant g by h" },
        { Guard("g", """{"path":"/metadata/instance","methods":["POST"]}"""), "NeverMatches g/deny/0" },
        { """{"name":"n","workloads":[{"namespaces":["a"]}],"except":[{"namespaces":["a*"]}],"allow":[{"path":"/metadata/versions"}]}""", "NeverMatches n" },
        { Path("p", "a", "/metadata/instance/**", ",\"redact\":[\"compute.tags\"]") + "," + Path("q", "a", "/metadata/instance/**"), "Redundant p by q" },
        { Path("p", "a", "/metadata/instance/**") + "," + Path("q", "a", "/metadata/instance/compute", ",\"redact\":[\"compute.tags\"]"), "Redundant q by p" },
        { Token("a", "x") + "," + Token("b", "x", more: ",\"asIdentity\":\"ingest\""), "Redundant a by b" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Check_OfAPolicy_FindsWhatHasNoEffect(string rules, string expected)
    {
        var findings = PolicyProofs.Check(Of(rules));
        findings.Verdict.ShouldBe(ProofVerdict.Complete);
        string.Join('\n', findings.Items.Select(Text)).ShouldBe(expected);
    }

    // Whatever is found redundant can be removed, in every mode.
    [Fact]
    public void Check_OfRandomPolicies_FindsNothingThatMatters()
    {
        var found = 0;
        foreach (var seed in ProofScale.Seeds)
        {
            var policy = new RandomPolicies(new Random(seed)).Policy(8);
            var findings = PolicyProofs.Check(policy);
            findings.Verdict.ShouldBe(ProofVerdict.Complete, $"seed {seed}");
            foreach (var finding in findings.Items.Where(static finding => finding.Kind == FindingKind.Redundant || finding is { AllowIndex: null, DenyIndex: null }))
            {
                found++;
                var without = policy with { Rules = policy.Rules.RemoveAt(finding.RuleIndex) };
                foreach (var assumption in Enum.GetValues<Assumption>())
                {
                    PolicyProofs.Compare(policy, without, assumption).IsSame.ShouldBeTrue($"seed {seed}: {finding.Rule} under {assumption}");
                }
            }
        }

        found.ShouldBeGreaterThan(0);
    }

    private static string Text(Finding finding)
    {
        var place = finding.AllowIndex is { } allow ? $"/allow/{allow}" : finding.DenyIndex is { } deny ? $"/deny/{deny}" : "";
        return $"{finding.Kind} {finding.Rule}{place}" + (finding.Others.IsEmpty ? "" : $" by {string.Join(',', finding.Others)}");
    }
}
