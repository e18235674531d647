using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Core.Proofs;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class PolicyDiffCommandTests : IDisposable
{
    private const string InKubeSystem = "\"namespaces\": [\"kube-system\"]";

    // change, from, to, exit, exit with --no-new-access, headings
    public static TheoryData<string, string, string, int, int, string> Changes => new()
    {
        { "nothing", "", "", 0, 0, "" },
        { "a description", "\"name\": \"system\",", "\"name\": \"system\", \"description\": \"x\",", 0, 0, "" },
        { "another namespace", InKubeSystem, "\"namespaces\": [\"kube-system\", \"shop\"]", 1, 1, "MORE  namespace shop" },
        { "a namespace less", "\"workloads\": [ { " + InKubeSystem, "\"workloads\": [ { \"namespaces\": [\"none\"]", 1, 0, "LESS  namespace kube-system" },
        { "another resource", "https://management.azure.com", "https://vault.azure.net", 1, 1, "MORE  namespace kube-system|LESS  namespace kube-system" },
        { "no longer quiet", ", \"quiet\": true", "", 1, 0, "LOUDER  every pod" },
        { "a mode", "\"mode\": \"enforce\"", "\"mode\": \"audit\"", 1, 1, "MORE with the modes as written  every pod|MORE with the modes as written  every pod|MORE with the modes as written  every pod" },
    };

    private readonly ProofFolder _folder = new();

    [Theory, MemberData(nameof(Changes))]
    public async Task Diff_Change_TellsWhatItPermits(string change, string from, string to, int exit, int noNewAccess, string headings)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(headings);
        var changed = from.Length == 0 ? ProofFolder.Policy : ProofFolder.Policy.Replace(from, to, StringComparison.Ordinal);

        var (ended, output, errors) = await DiffAsync(ProofFolder.Policy, changed);

        errors.ShouldBeEmpty();
        ended.ShouldBe(exit, change);
        string.Join('|', output.Split('\n').Where(static line => line.Length > 0 && char.IsAsciiLetterUpper(line[0]) && line.Split(' ')[0] is "MORE" or "LESS" or "QUIETER" or "LOUDER"))
            .ShouldBe(headings, output);
        (await DiffAsync(ProofFolder.Policy, changed, noNewAccess: true)).Exit.ShouldBe(noNewAccess, change);
    }

    [Fact]
    public async Task Diff_AsText_ShowsTheSetTheRuleAndAnExample()
    {
        var (_, output, _) = await DiffAsync(ProofFolder.Policy, Widened);

        output.ShouldContain("A  a.json  revision ");
        output.ShouldContain("""
            MORE  namespace shop
              GET /metadata/identity/oauth2/token: kubelet for https://management.azure.com
              B permits it by rule system
              for example
                GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com&client_id=e5dbcd30-9b3d-4041-b791-ac23f9038175
                from a pod of shop, service account other
                answered with client id e5dbcd30-9b3d-4041-b791-ac23f9038175, resource https://management.azure.com

            B permits all that A does, and in addition only what is listed. This is a proof, not a sample.
            """.Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Diff_AsJson_HasTheDocumentedShape()
    {
        var (_, output, _) = await DiffAsync(ProofFolder.Policy, Widened, form: "json");

        var answer = JsonNode.Parse(output)!.AsObject();
        ((string)answer["a"]!).Length.ShouldBe(12);
        ((string)answer["b"]!).Length.ShouldBe(12);
        answer["less"]!.AsArray().ShouldBeEmpty();
        answer["more"]!.AsArray().ShouldHaveSingleItem()!.ToJsonString().ShouldBe(JsonNode.Parse("""
            {"kind":"access","workloads":"namespace shop","requests":"GET /metadata/identity/oauth2/token: kubelet for https://management.azure.com","rule":"system",
             "witness":{"caller":{"namespace":"shop","serviceAccount":"other"},
              "request":"GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com&client_id=e5dbcd30-9b3d-4041-b791-ac23f9038175",
              "answer":{"clientId":"e5dbcd30-9b3d-4041-b791-ac23f9038175","resource":"https://management.azure.com"}}}
            """)!.ToJsonString());
        answer.Select(static member => member.Key).ShouldBe(["a", "b", "more", "less", "quieter", "louder", "modesDiffer", "modes", "complete"]);
    }

    [Fact]
    public async Task Diff_AsMarkdown_IsATableInWhichNamesFormatNothing()
    {
        var (exit, output, _) = await DiffAsync(ProofFolder.Policy, Widened.Replace("\"shop\"", "\"shop-*\"", StringComparison.Ordinal), form: "markdown");

        exit.ShouldBe(1);
        output.ShouldStartWith("### What this change of the IMDS policy permits\n");
        output.ShouldContain("\n#### More access\n| workloads | requests | rule | for example |\n|---|---|---|---|\n| namespace shop-\\* | GET /metadata/identity/oauth2/token: kubelet for ");
        output.ShouldNotContain("Less access");
    }

    [Fact]
    public async Task Diff_FieldThatIsNoLongerHidden_IsMore()
    {
        const string hidden = """
            {"version":1,"mode":"enforce","rules":[{"name":"r","workloads":[{"namespaces":["shop"]}],
             "allow":[{"path":"/metadata/instance","redact":["compute.tags","compute.userData"]}]}]}
            """;

        var (exit, output, _) = await DiffAsync(hidden, hidden.Replace(",\"compute.userData\"", "", StringComparison.Ordinal), noNewAccess: true);

        exit.ShouldBe(1);
        output.ShouldContain("MORE  namespace shop\n  GET /metadata/instance: compute.userData\n  B shows these fields by rule r\n");
    }

    [Theory]
    [InlineData(null, 1, "MORE with the modes as written  every pod")]
    [InlineData(Assumption.Enforced, 0, "The policies also differ in a mode")]
    [InlineData(Assumption.AsWritten, 1, "MORE  every pod")]
    [InlineData(Assumption.Override, 0, "The policies also differ in a mode, which this answer ignores.")]
    public async Task Diff_AMode_CountsWhereItShows(Assumption? assumption, int exit, string says)
    {
        var (ended, output, _) = await DiffAsync(
            ProofFolder.Policy, ProofFolder.Policy.Replace("\"enforce\"", "\"audit\"", StringComparison.Ordinal), assumption: assumption);

        output.ShouldContain(says);
        ended.ShouldBe(exit);
    }

    // Enforced, the loss of a guard changes nothing where nothing is allowed; under break glass it opens the identity.
    [Fact]
    public async Task Diff_AGuardThatIsDropped_IsMoreUnderBreakGlass()
    {
        var guarded = ProofFolder.Policy.Replace("\"name\": \"guard\",", "\"name\": \"guard\", \"mode\": \"enforce\",", StringComparison.Ordinal);

        var (exit, output, _) = await DiffAsync(guarded, ProofFolder.Policy, noNewAccess: true);
        var (_, json, _) = await DiffAsync(guarded, ProofFolder.Policy, form: "json");
        var (_, markdown, _) = await DiffAsync(guarded, ProofFolder.Policy, form: "markdown");

        exit.ShouldBe(1);
        output.ShouldContain("compared with every rule enforced and while break glass is active\n");
        output.ShouldContain("MORE while break glass is active  any namespace except kube-system\n");
        markdown.ShouldContain("#### More access while break glass is active\n");
        JsonNode.Parse(json)!["more"]!.AsArray().ShouldBeEmpty();
        var others = JsonNode.Parse(json)!["otherModes"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
        others.Select(static member => member.Key).ShouldBe(["modes", "more", "less", "quieter", "louder"]);
        ((string)others["modes"]!).ShouldBe("override");
        others["more"]!.AsArray().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("{", "imds-proxy: policy diff: b.json:1: the document: it is not JSON")]
    [InlineData("""{"version":1,"mode":"enforce"}""", "imds-proxy: policy diff: b.json:1: the policy: \"rules\" is missing")]
    [InlineData("kind: ConfigMap\ndata: {}", "the ConfigMap holds no policy")]
    public async Task Diff_APolicyWithAnError_IsWrongUsage(string b, string says)
    {
        var (exit, output, errors) = await DiffAsync(ProofFolder.Policy, b);

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldContain(says);
    }

    [Fact]
    public async Task Diff_AFileThatIsNotThere_IsWrongUsage()
    {
        var (exit, _, errors) = await _folder.RunAsync((output, messages) => PolicyDiffCommand.RunAsync(
            new PolicyDiffCommand.Asked(_folder.At("none.json"), "-", null, false, "text"), Stdin, output, messages, CancellationToken.None));

        exit.ShouldBe(2);
        errors.ShouldBe("imds-proxy: policy diff: 'none.json': there is no such file or directory: check the path\n");
    }

    [Fact]
    public async Task Diff_StdinADirectoryAndAManifest_ReadsThem()
    {
        var directory = Directory.CreateDirectory(_folder.At("parts")).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "policy.json"), ProofFolder.Policy);
        var manifest = _folder.Write("map.yaml", "kind: ConfigMap\ndata:\n  policy.json: |\n    " + ProofFolder.Policy.Replace("\n", "\n    ", StringComparison.Ordinal));

        foreach (var (a, b) in new[] { ("-", directory), (directory, manifest), (manifest, "-") })
        {
            var (exit, output, errors) = await _folder.RunAsync((text, messages) =>
                PolicyDiffCommand.RunAsync(new PolicyDiffCommand.Asked(a, b, null, false, "text"), Stdin, text, messages, CancellationToken.None));
            exit.ShouldBe(0, output + errors);
        }
    }

    [Theory]
    [InlineData("a.json", "A")]
    [InlineData("- -", "only one of them")]
    [InlineData("a.json b.json -o yaml", "yaml")]
    public void Diff_WrongCommandLine_IsRefused(string arguments, string says)
    {
        ArgumentNullException.ThrowIfNull(arguments);

        PolicyDiffCommand.Create().Parse(arguments.Split(' ')).Errors.ShouldContain(error => error.Message.Contains(says, StringComparison.OrdinalIgnoreCase));
    }

    public void Dispose() => _folder.Dispose();

    private static string Widened => ProofFolder.Policy.Replace(InKubeSystem, "\"namespaces\": [\"kube-system\", \"shop\"]", StringComparison.Ordinal);

    private static MemoryStream Stdin() => new(Encoding.UTF8.GetBytes(ProofFolder.Policy));

    private Task<(int Exit, string Output, string Errors)> DiffAsync(string a, string b, bool noNewAccess = false, string form = "text", Assumption? assumption = null)
    {
        var asked = new PolicyDiffCommand.Asked(_folder.Write("a.json", a), _folder.Write("b.json", b), assumption, noNewAccess, form);
        return _folder.RunAsync((output, errors) => PolicyDiffCommand.RunAsync(asked, Stdin, output, errors, CancellationToken.None));
    }
}
