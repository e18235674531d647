using System.Text;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>A policy that replaces another one behaves as if it were loaded alone. Only its cost differs.</summary>
public sealed class ReloadTests
{
    private const string Arm = "https://management.azure.com";
    private const string Token = "/metadata/identity/oauth2/token";

    // Rules as authors write them: valid, doubtful and invalid; two with the same name; two that differ only in white space.
    private static readonly string[] Rules =
    [
        $$"""{"name":"a","workloads":[{"namespaces":["web"]}],"allow":[{"path":"{{Token}}","identities":["app"],"resources":["{{Arm}}"]}]}""",
        $$"""{"name":"a","workloads":[{"namespaces":["jobs"]}],"allow":[{"path":"{{Token}}","identities":["app"],"resources":["{{Arm}}"]}]}""",
        $$"""{ "name":"b",  "workloads":[{"namespaces":["web"]}],"allow":[{"path":"{{Token}}","identities":["app","other"],"resources":["*"],"asIdentity":"app"}]}""",
        $$"""{"name":"c","workloads":[{"namespaces":["web"]}],"allow":[{"path":"{{Token}}","identities":["other"],"resources":["{{Arm}}"],"asIdentity":"other"}]}""",
        """{"name":"d","workloads":[{}],"except":[{"namespaces":["kube-system"]}],"deny":[{"path":"/metadata/instance/**"}]}""",
        """{"name":"e","workloads":[{"namespaces":["web"]}],"allow":[{"path":"/metadata/instance/compute","redact":["compute.userData"]}]}""",
        """{"name":"f","workloads":[{"namespaces":["web"]}],"except":[{"namespaces":["web"]}],"allow":[{"path":"/metadata/versions"}]}""",
        """{"name":"g","mode":"audit","workloads":[{"namespaces":["*"]}],"deny":[{"identities":["other"]}]}""",
        """{"name":"h","workloads":[{"namespaces":["web"]}],"allow":[{"path":"/metadata/versions"}],"unknown":1}""",
        """{"name":"i","name":"i","workloads":[{"namespaces":["web"]}],"allow":[{"path":"/metadata/versions"}]}""",
        """{"name":"j","workloads":[{"namespaces":["web"]}],"allow":[{"path":"/metadata/versions"}]""",
        """{"name":"k","workloads":[{"namespaces":["web"]}],"deny":[{"resources":["\ud800"]}]}""",
        """{"name":"l","workloads":[{"namespaces":["web"]}],"allow":[{"path":"/metadata/versions"}]}, 7, []""",
    ];

    private static readonly string[] Aliases =
    [
        """{"app":{"clientId":"11111111-2222-3333-4444-555555555555"},"other":{"clientId":"66666666-7777-8888-9999-000000000000"}}""",
        """{"app":{"clientId":"66666666-7777-8888-9999-000000000000"},"other":{"clientId":"11111111-2222-3333-4444-555555555555"}}""",
        """{"app":{"clientId":"11111111-2222-3333-4444-555555555555"}}""",
        """{"app":{"clientId":"none"},"other":{"clientId":"66666666-7777-8888-9999-000000000000"}}""",
    ];

    private static readonly Caller Web = new Caller.Pod(new PodIdentity("web", "shop-1", "1", "shop", "Deployment/shop", []));

    [Fact]
    public void Load_AfterAnyOtherPolicy_EqualsLoadingAlone()
    {
        var random = new Random(4711);
        PolicyLoad? before = null;
        PolicySnapshot? inForce = null;
        var good = 0;
        for (var edit = 0; edit < 20_000; edit++)
        {
            var json = Encoding.UTF8.GetBytes(Document(random));
            var alone = PolicyLoader.Load(json);
            var after = PolicyLoader.Load(json, before);

            Text(after).ShouldBe(Text(alone));
            if (after.Document is { } document)
            {
                good++;
                before = after;
                inForce = PolicySnapshot.Compile(document, inForce);
                Decided(inForce).ShouldBe(Decided(PolicySnapshot.Compile(alone.Document!)));
            }
        }

        good.ShouldBeGreaterThan(1000);
    }

    [Theory]
    [MemberData(nameof(PolicyCases.All), MemberType = typeof(PolicyCases))]
    public void Load_SameCaseAgain_ReportsTheSame(PolicyCase policy)
    {
        var json = Encoding.UTF8.GetBytes(policy.Json);
        var first = PolicyLoader.Load(json);

        Text(PolicyLoader.Load(json, first.Document is null ? null : first)).ShouldBe(Text(first));
    }

    [Fact]
    public void Load_FragmentsAfterOthers_EqualsLoadingAlone()
    {
        var before = PolicyFragments.Load(Fragments(Rules[0], Rules[5]));
        before.Document.ShouldNotBeNull();

        foreach (var rules in new[] { (Rules[0], Rules[5]), (Rules[5], Rules[0]), (Rules[1], Rules[5]), (Rules[0], Rules[1]), (Rules[8], Rules[5]) })
        {
            var fragments = Fragments(rules.Item1, rules.Item2);
            Text(PolicyFragments.Load(fragments, before)).ShouldBe(Text(PolicyFragments.Load(fragments)));
        }
    }

    [Fact]
    public void Load_UnchangedRule_IsTakenOver()
    {
        var before = Good(Aliases[0], Rules[0], Rules[4]);

        var after = Good(Aliases[0], Rules[4], Rules[3], Rules[0]);

        after.Rules[0].ShouldBeSameAs(before.Rules[1]);
        after.Rules[2].ShouldBeSameAs(before.Rules[0]);

        PolicyDocument Good(string aliases, params string[] rules)
        {
            _first = PolicyLoader.Load(Encoding.UTF8.GetBytes(Document(aliases, rules)), _first);
            return _first.Document.ShouldNotBeNull();
        }
    }

    // A rule's meaning depends on the meaning of its aliases.
    [Fact]
    public void Load_WithOtherAliases_TakesOverNothing()
    {
        var before = PolicyLoader.Load(Encoding.UTF8.GetBytes(Document(Aliases[0], Rules[0])));

        var after = PolicyLoader.Load(Encoding.UTF8.GetBytes(Document(Aliases[1], Rules[0])), before).Document.ShouldNotBeNull();

        after.Rules[0].ShouldNotBeSameAs(before.Document.ShouldNotBeNull().Rules[0]);
    }

    private PolicyLoad? _first;

    private static string Document(Random random) => Document(
        Aliases[random.Next(8) is var n and < 4 ? n : 0],
        [.. Enumerable.Range(0, random.Next(6)).Select(_ => new string('\n', random.Next(3)) + Rules[random.Next(random.Next(4) == 0 ? Rules.Length : 8)])]);

    private static string Document(string aliases, params string[] rules) =>
        $$"""{"version":1,"mode":"enforce","rules":[{{string.Join(',', rules)}}],"identities":{{aliases}}}""";

    private static Dictionary<string, ReadOnlyMemory<byte>> Fragments(string one, string other) => new(StringComparer.Ordinal)
    {
        ["00.json"] = Encoding.UTF8.GetBytes($$"""{"version":1,"mode":"enforce","identities":{{Aliases[0]}}}"""),
        ["a.json"] = Encoding.UTF8.GetBytes($$"""{"rules":[{{one}}]}"""),
        ["b.json"] = Encoding.UTF8.GetBytes($$"""{"rules":[{{other}}]}"""),
    };

    private static string Text(PolicyLoad load) => string.Join(
        '\n',
        [
            load.Revision,
            .. load.Problems.Select(static problem => problem.ToString()),
            .. load.Document is { } document ? document.Rules.Select(RuleText.Of) : [],
        ]);

    private static string Decided(PolicySnapshot policy) => string.Join(
        '\n',
        new[] { "/metadata/versions", "/metadata/instance/compute", $"{Token}?api-version=2018-02-01&resource={Arm}", $"{Token}?api-version=2018-02-01&resource={Arm}&client_id=11111111-2222-3333-4444-555555555555" }
            .Select(target => ImdsRequestParser.ParseTarget("GET", target.Contains('?', StringComparison.Ordinal) ? target : target + "?api-version=2021-02-01").Request!)
            .Select(request => policy.Decide(Web, request) switch
            {
                Permit permit => $"permit {permit.Rule} {permit.Request.PathAndQuery}",
                Denial denial => $"deny {denial.Rule} {denial.Reason}",
                _ => "",
            }));
}
