using System.Text;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class PolicyFragmentsTests
{
    private const string Head = """{"version":1,"mode":"enforce","identities":{"vault":{"clientId":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"}}}""";

    private static string Team(string rule, string identity = "vault") => $$"""
        {"rules":[{"name":"{{rule}}","workloads":[{"namespaces":["shop"]}],
          "allow":[{"path":"/metadata/identity/oauth2/token","identities":["{{identity}}"],"resources":["https://vault.azure.net"]}]}]}
        """;

    private static Dictionary<string, ReadOnlyMemory<byte>> Files(params (string Name, string Text)[] files) =>
        files.ToDictionary(static file => file.Name, static file => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal);

    [Fact]
    public void Load_Fragments_FormsOnePolicy()
    {
        var load = PolicyFragments.Load(Files(("00-head.json", Head), ("a.json", Team("a")), ("b.json", Team("b"))));
        load.Problems.ShouldBeEmpty();
        load.Document!.Rules.Select(rule => rule.Name).ShouldBe(["a", "b"]);
        load.Document.Mode.ShouldBe(PolicyMode.Enforce);
    }

    [Fact]
    public void Revision_OfFragments_CoversSortedNamesAndContents()
    {
        var one = PolicyFragments.Load(Files(("a.json", Head), ("b.json", Team("x"))));
        PolicyFragments.Load(Files(("b.json", Team("x")), ("a.json", Head))).Revision.ShouldBe(one.Revision);
        (PolicyFragments.Load(Files(("a.json", Head), ("c.json", Team("x")))).Revision == one.Revision).ShouldBeFalse();
        (PolicyFragments.Load(Files(("a.json", Head), ("b.json", Team("y")))).Revision == one.Revision).ShouldBeFalse();
    }

    public static TheoryData<string, string, string[]> Refused => new()
    {
        { Team("a"), Team("a"), ["a.json: rules[0]", "b.json: rules[0]", "rename"] },
        { Head, Head, ["a.json:", "only one fragment"] },
        { """{"identities":{"vault":{"clientId":"e5dbcd30-9b3d-4041-b791-ac23f9038175"}}}""", "{}", ["00.json: identities.vault", "same name"] },
        { "{ broken", "{}", ["a.json: it is not JSON"] },
        { """{"rules":{}}""", "{}", ["a.json: rules", "write a list"] },
        { """{"rulez":[]}""", "{}", ["a.json:", "rulez"] },
        { Team("a", "nobody"), "{}", ["a.json: rules[0].allow[0].identities", "nobody"] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Rejects_Fragments_AndNamesTheirFiles(string a, string b, string[] expected)
    {
        var load = PolicyFragments.Load(Files(("00.json", Head), ("a.json", a), ("b.json", b)));
        load.Document.ShouldBeNull();
        var all = string.Join('\n', load.Problems.Select(problem => problem.Message));
        Array.ForEach(expected, part => all.ShouldContain(part));
    }

    [Fact]
    public void Warning_AboutALaterRule_NamesItsPlaceInItsFile()
    {
        var load = PolicyFragments.Load(Files(("00.json", Head), ("a.json", Team("a")), ("b.json", """
            {"rules":[
              {"name":"deny-versions","workloads":[{}],"deny":[{"path":"/metadata/versions"}]},
              {"name":"b","workloads":[{"namespaces":["shop"]}],
               "allow":[
                 {"path":"/metadata/instance"},
                 {"path":"/metadata/versions"}]}]}
            """)));
        var warning = load.Problems.ShouldHaveSingleItem();
        (warning.Fragment, warning.Pointer, warning.Line).ShouldBe(("b.json", "/rules/1/allow/1", 6));
        warning.Message.ShouldStartWith("b.json: rules[1].allow[1]: '/metadata/versions' is never allowed");
    }

    [Fact]
    public void KeyTwiceInARule_IsReportedOnce()
    {
        var load = PolicyFragments.Load(Files(("00.json", Head), ("a.json", """
            {"rules":[{"name":"a","workloads":[{}],
              "deny":[{"quiet":true,
                "quiet":false}]}]}
            """)));
        var error = load.Problems.Where(problem => problem.Severity == ProblemSeverity.Error).ShouldHaveSingleItem();
        (error.Pointer, error.Line).ShouldBe(("/rules/0/deny/0/quiet", 3));
    }

    [Fact]
    public void Rejects_Fragments_WithoutAHead() =>
        PolicyFragments.Load(Files(("a.json", Team("a")), ("b.json", "{}"))).Problems.ShouldContain(problem => problem.Message.Contains("version", StringComparison.Ordinal));

    [Fact]
    public void BrokenFragment_KeepsItsLastGoodContentWhileOthersChange()
    {
        var good = Files(("00.json", Head), ("a.json", Team("a")), ("b.json", Team("b")));
        var load = PolicyFragments.Load(Files(("00.json", Head), ("a.json", "{ broken"), ("b.json", Team("b2"))), good);
        load.Load.Document!.Rules.Select(rule => rule.Name).ShouldBe(["a", "b2"]);
        load.Broken.ShouldBe(["a.json"]);
        load.Load.Problems.ShouldContain(problem => problem.Severity == ProblemSeverity.Error);
        load.InForce["a.json"].ShouldBe(good["a.json"]);
    }

    [Fact]
    public void BrokenHead_KeepsItsLastGoodContentWithoutBlamingOthers()
    {
        var good = Files(("a.json", Team("a")), ("z-head.json", Head));
        var load = PolicyFragments.Load(Files(("a.json", Team("a2")), ("z-head.json", "{")), good);
        load.Load.Document!.Rules.Single().Name.ShouldBe("a2");
        load.Broken.ShouldBe(["z-head.json"]);
    }

    [Fact]
    public void FragmentThatWasNeverGood_RefusesThePolicy()
    {
        var good = Files(("00.json", Head), ("a.json", Team("a")));
        PolicyFragments.Load(Files(("00.json", Head), ("a.json", Team("a")), ("new.json", "{")), good).Load.Document.ShouldBeNull();
    }
}
