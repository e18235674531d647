using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class PolicyLoaderTests
{
    // Fragments of a policy, so that generated documents resemble one.
    private static readonly string[] Words =
    [
        "version", "mode", "rules", "identities", "name", "workloads", "except", "allow", "deny", "path", "methods", "resources", "namespaces", "labels", "owners", "serviceAccounts",
        "extraQuery", "quiet", "clientId", "objectId", "resourceId", "auditOnly", "enforceOnly", "enforce", "*", "/**", "/", "/*", "//", "/metadata/*", "/acc/TDQUOTE/x", "/metadata/identity/oauth2/token",
        "/metadata/Instance", "/metadata/THIM", "", "GET", "POST", "a", "\\ud83d\\ude00", "\\u0000", "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6",
    ];

    [Theory]
    [MemberData(nameof(PolicyCases.All), MemberType = typeof(PolicyCases))]
    public void Load_Document_ReportsExactlyItsProblems(PolicyCase policy)
    {
        var load = PolicyLoader.Load(Encoding.UTF8.GetBytes(policy.Json));

        var found = load.Problems.Select(problem => $"{(problem.Severity == ProblemSeverity.Error ? 'E' : 'W')} {problem.Pointer}:{problem.Line} {problem.Message}").ToList();
        found.Count.ShouldBe(policy.Problems.Length, string.Join('\n', found));
        foreach (var (actual, expected) in found.Zip(policy.Problems))
        {
            var place = expected.IndexOf(' ', 2);
            actual.ShouldStartWith(expected[..(place + 1)], Case.Sensitive);
            actual.ShouldContain(expected[(place + 1)..], Case.Sensitive);
        }

        (load.Document is null).ShouldBe(policy.Problems.Any(problem => problem[0] == 'E'));
    }

    [Fact]
    public void Load_BadValue_IsQuotedAndTruncatedTo80Characters()
    {
        var load = Load($$"""{"version":1,"mode":"{{new string('x', 200)}}","rules":[]}""");

        load.Problems.ShouldHaveSingleItem().Value.ShouldBe(new string('x', 80));
    }

    [Fact]
    public void Load_Document_HasItsHashsFirst12DigitsAsRevision()
    {
        var load = Load("""{"version":1,"mode":"audit","rules":[]}""");

        // printf '{"version":1,"mode":"audit","rules":[]}' | sha256sum
        load.Revision.ShouldBe("71241cd92e1a");
        load.Document.ShouldNotBeNull().Revision.ShouldBe(load.Revision);
    }

    [Fact]
    public void Load_OverOneMebibyte_IsRefusedWithoutReading()
    {
        Load(new string(' ', (1 << 20) + 1)).Problems.ShouldHaveSingleItem().Message.ShouldContain("at most 1 MiB");
        Load("""{"version":1,"mode":"audit","rules":[]}""".PadRight(1 << 20)).Document.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("\"unknown\":1", true)]
    [InlineData("\"clientId\":\"{0}\"", false)]
    public void Load_TooManyProblems_ReportsTheFirstAndSaysSo(string identity, bool refused)
    {
        var identities = Enumerable.Range(0, 1500).Select(i => $"\"a{i}\":{{{identity.Replace("{0}", $"2bc9e0c4-4edd-4c1b-9972-3a095d2b{i:x4}", StringComparison.Ordinal)}}}");
        var load = Load($$"""{"version":1,"mode":"audit","identities":{ {{string.Join(',', identities)}} },"rules":[]}""");

        load.Problems.Length.ShouldBe(1001);
        load.Problems[^1].Message.ShouldContain("more than 1000 problems");
        load.Problems[^1].Severity.ShouldBe(refused ? ProblemSeverity.Error : ProblemSeverity.Warning);
        (load.Document is null).ShouldBe(refused);
    }

    [Theory]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}' }, 1, "byte order mark")]
    [InlineData(new byte[] { (byte)'{', (byte)'\n', 0xC0, 0x80, (byte)'}' }, 2, "not UTF-8")]
    public void Load_OtherEncodings_AreRefused(byte[] json, int line, string fragment)
    {
        var problem = PolicyLoader.Load(json).Problems.ShouldHaveSingleItem();

        problem.Line.ShouldBe(line);
        problem.Message.ShouldContain(fragment);
    }

    [Fact]
    public void Load_GoodDocument_YieldsCanonicalValues()
    {
        var document = Load("""
            {"version":1,"mode":"enforce","auditOnly":[{"namespaces":["dev"]}],
             "identities":{"a":{"clientId":"2BC9E0C4-4edd-4c1b-9972-3a095d2bdce6","resourceId":"/SUBSCRIPTIONS/s/resourcegroups/g/providers/microsoft.managedidentity/userassignedidentities/n"}},
             "rules":[{"name":"r","workloads":[{"namespaces":["x"],"labels":{"k":"v"}}],
               "allow":[{"path":"/metadata/identity/oauth2/token","identities":["a"],"resources":["https://Vault.azure.net/"]},{"path":"/metadata/versions","extraQuery":["f"]}],
               "deny":[{}]}]}
            """).Document.ShouldNotBeNull();

        document.Mode.ShouldBe(PolicyMode.Enforce);
        document.ModeExceptions.ShouldHaveSingleItem().Namespaces.ShouldBe(["dev"]);
        document.Identities.ShouldHaveSingleItem().ShouldBe(new IdentityAlias(
            "a", "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", null, "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n"));
        var rule = document.Rules.ShouldHaveSingleItem();
        rule.Workloads[0].ServiceAccounts.IsDefault.ShouldBeTrue();
        rule.Workloads[0].Labels.ShouldBe([KeyValuePair.Create("k", "v")]);
        rule.Allow[0].Resources.ShouldBe(["https://Vault.azure.net/"]);
        rule.Allow[0].Methods.ShouldBe(["GET"]);
        rule.Allow[1].Identities.IsDefault.ShouldBeTrue();
        rule.Allow[1].ExtraQuery.ShouldBe(["f"]);
        rule.Deny[0].ShouldBe(new DenyPermission(null, default, default, default, false));
        PolicySnapshot.Compile(document).Revision.ShouldBe(document.Revision);
    }

    [Fact]
    public void Load_ExamplePolicy_HasNoProblem()
    {
        var load = PolicyLoader.Load(File.ReadAllBytes("policy.example.json"));

        load.Problems.ShouldBeEmpty();
        load.Document.ShouldNotBeNull().Mode.ShouldBe(PolicyMode.Enforce);
    }

    [Fact]
    public void Load_AnyBytes_NeverThrows() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), static bytes => PolicyLoader.Load(bytes ?? []).Problems.Length > 0));

    [Fact]
    public void Load_AnyJson_NeverThrowsAndValidPoliciesCompile() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(5000),
            Prop.ForAll(Json(5).ToArbitrary(), static json =>
            {
                var load = Load(json);
                return load.Document is null
                    ? load.Problems.Any(problem => problem.Severity == ProblemSeverity.Error)
                    : PolicySnapshot.Compile(load.Document).Revision == load.Revision;
            }));

    private static PolicyLoad Load(string json) => PolicyLoader.Load(Encoding.UTF8.GetBytes(json));

    private static Gen<string> Json(int depth)
    {
        var text = Gen.Elements(Words).Select(word => $"\"{word}\"");
        var leaf = Gen.OneOf(text, text, text, Gen.Elements("1", "null", "true", "-1e400"));
        if (depth == 0)
        {
            return leaf;
        }

        var list = Json(depth - 1).ListOf(2).Select(items => $"[{string.Join(',', items)}]");
        var member = Gen.Zip(text, Json(depth - 1)).Select(pair => $"{pair.Item1}:{pair.Item2}");
        var some = member.ListOf(3).Select(members => $"{{{string.Join(",\n", members)}}}");
        var whole = Json(depth - 1).Select(rule => $$"""{"version":1,"mode":"audit","rules":[{"name":"n","workloads":[{"namespaces":["a"]}],"allow":[{{rule}}],"deny":[{{rule}}]}]}""");
        return Gen.OneOf(leaf, list, some, whole);
    }
}
