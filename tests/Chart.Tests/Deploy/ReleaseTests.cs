using System.Text.RegularExpressions;
using ImdsProxy.Chart.Tests.Tools;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace ImdsProxy.Chart.Tests.Deploy;

/// <summary>The release: its script against stand-ins of docker, helm and cosign, and its workflow as a file. It has not been run yet.</summary>
public sealed partial class ReleaseTests : IDisposable
{
    private const string Workflow = ".github/workflows/release.yml";
    private const string Version = "VERSION=0.1.0";
    private const string Registry = "REGISTRY=r.example/team";

    private static readonly string[] Bases = ["SDK_IMAGE=s@sha256:1", "CHISELLED_IMAGE=c@sha256:2", "DEBIAN_IMAGE=d@sha256:3"];

    private readonly DeployStubs _stubs = new();

    public static TheoryData<string> Scripts => [.. Directory.GetFiles(Repository.Root, "*.sh", new EnumerationOptions { RecurseSubdirectories = true })
        .Select(static path => Path.GetRelativePath(Repository.Root, path))
        .Where(static path => !Ignored().IsMatch(path))
        .Order(StringComparer.Ordinal)];

    public void Dispose() => _stubs.Dispose();

    [Fact]
    public async Task Images_AreBuiltForBothArchitecturesAndSignedByDigest()
    {
        var (code, output) = await RunAsync("images", [Version, Registry, .. Bases]);

        code.ShouldBe(0, output);
        var builds = _stubs.Calls.Where(static call => call.StartsWith("docker ", StringComparison.Ordinal)).ToList();
        builds.Count.ShouldBe(2);
        builds.ShouldAllBe(static call => call.Contains("--platform linux/amd64,linux/arm64 --push --provenance mode=max --sbom true", StringComparison.Ordinal));
        builds[0].ShouldContain("--target proxy");
        builds[0].ShouldEndWith("--tag r.example/team/imds-proxy:0.1.0");
        builds[1].ShouldContain("--target redirect");
        builds[1].ShouldEndWith("--tag r.example/team/imds-proxy-redirect:0.1.0");
        _stubs.Calls.Where(static call => call.StartsWith("cosign ", StringComparison.Ordinal))
            .ShouldBe([$"cosign sign --yes --recursive r.example/team/imds-proxy@sha256:{7:d64}", $"cosign sign --yes --recursive r.example/team/imds-proxy-redirect@sha256:{7:d64}"]);
        output.ShouldContain($"proxy_digest=sha256:{7:d64}");
    }

    [Fact]
    public async Task Chart_IsPushedAndSignedByDigest()
    {
        var (code, output) = await RunAsync("chart", [Version, Registry]);

        code.ShouldBe(0, output);
        _stubs.Calls[^1].ShouldBe($"cosign sign --yes r.example/team/charts/imds-proxy@sha256:{8:d64}");
        output.ShouldContain("chart_image=r.example/team/charts/imds-proxy");
    }

    [Theory]
    [InlineData("images", 2, "set REGISTRY", Version)]
    [InlineData("images", 2, "DEBIAN_IMAGE is not pinned by a digest", Version, Registry, "SDK_IMAGE=s@sha256:1", "CHISELLED_IMAGE=c@sha256:2", "DEBIAN_IMAGE=d:13")]
    [InlineData("check", 1, "Directory.Build.props says 0.1.0, not 9.9.9", "VERSION=9.9.9")]
    [InlineData("check", 1, "CHANGELOG.md has no section [0.1.0]", Version)]
    [InlineData("publish", 2, "release.sh check | images | chart")]
    public async Task Release_WithAMistake_SaysWhichAndPublishesNothing(string command, int expected, string why, params string[] environment)
    {
        var (code, output) = await RunAsync(command, environment);

        code.ShouldBe(expected, output);
        output.ShouldContain(why);
        _stubs.Calls.ShouldBeEmpty();
    }

    // A failed signature must not be followed by another push.
    [Fact]
    public async Task Release_WhoseSigningFails_Stops()
    {
        var (code, _) = await RunAsync("images", [Version, Registry, .. Bases, "STUB_FAIL=cosign"]);

        code.ShouldNotBe(0);
        _stubs.Calls.Count(static call => call.StartsWith("docker ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Workflow_IsAcceptedByActionlint()
    {
        await ChartTools.RequireAsync();

        var (code, output, errors) = await Tools.Program.RunAsync(ChartTools.Actionlint, [Repository.At(Workflow)]);

        code.ShouldBe(0, output + errors);
    }

    [Fact]
    public void Workflow_HasTheLeastRightsAndNamesNoRegistry()
    {
        var text = Repository.Read(Workflow);
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;

        ((YamlMappingNode)root["permissions"]).Children.ShouldBeEmpty();
        ((YamlMappingNode)root["jobs"]["test"]["permissions"]).Children.Select(static right => $"{right.Key}: {right.Value}").ShouldBe(["contents: read"]);
        ((YamlMappingNode)root["jobs"]["publish"]["permissions"]).Children.Select(static right => $"{right.Key}: {right.Value}").ShouldBe(["contents: read", "id-token: write", "attestations: write"]);
        root["jobs"]["publish"]["needs"].ToString().ShouldBe("test");
        text.ShouldContain("NOT YET RUN");
        Host().Matches(text).Select(static match => match.Value).ShouldBeEmpty();
        foreach (var command in new[] { "check", "images", "chart" })
        {
            text.ShouldContain($"deploy/release.sh {command}");
        }
    }

    [Theory, MemberData(nameof(Scripts))]
    public async Task Scripts_AreAcceptedByShellcheck(string script)
    {
        Assert.SkipUnless(Tools.Program.IsThere("shellcheck"), "shellcheck is not installed: see tests/install-tools.sh");

        var (code, output, _) = await Tools.Program.RunAsync("shellcheck", ["-x", "-P", Repository.At(""), Repository.At(script)]);

        code.ShouldBe(0, output);
    }

    private Task<(int Code, string Output)> RunAsync(string command, string[] environment) => _stubs.RunAsync("release.sh", "", environment, command);

    [GeneratedRegex(@"(^|/)(bin|obj|artifacts|node_modules)/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ignored();

    [GeneratedRegex(@"\b[a-z0-9-]+\.(io|com|dev|azurecr|ms)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Host();
}
