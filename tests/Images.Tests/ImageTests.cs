using ImdsProxy.Images.Tests.Node;
using Shouldly;
using Xunit;

namespace ImdsProxy.Images.Tests;

/// <summary>What the images contain beyond their bases.</summary>
public sealed class ImageTests(ITestOutputHelper output)
{
    private const int MostProgramBytes = 24_000_000;
    private const int MostPackageBytes = 25_000_000;

    private static readonly string[] Shells = ["sh", "bash", "dash", "ash", "busybox"];

    [Fact]
    public async Task Proxy_BeyondItsBase_IsOnlyTheProgram()
    {
        await Engine.RequireAsync();
        var image = await ImageFiles.OfAsync(Engine.Image("proxy"));

        var added = image.BeyondOf(await ImageFiles.OfAsync(Engine.Image("chiselled")));

        output.WriteLine($"proxy adds {image.Bytes(added):N0} bytes: {string.Join(' ', added)}");
        added.ShouldBe(["app/imds-proxy", "app/licences.txt", "app/policy.example.json", "app/sbom.cdx.json"]);
        image.Bytes(added).ShouldBeLessThanOrEqualTo(MostProgramBytes);
        image.Paths.Select(Path.GetFileName).Intersect(Shells, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public async Task Redirect_BeyondItsBase_IsSmallAndLeavesNoCaches()
    {
        await Engine.RequireAsync();
        var image = await ImageFiles.OfAsync(Engine.Image("redirect"));
        var based = await ImageFiles.OfAsync(Engine.Image("debian"));
        based.Paths.ShouldContain(static path => path.StartsWith("var/cache/apt/archives/", StringComparison.Ordinal), "the base is not tidy, or this test shows nothing");

        var added = image.BeyondOf(based).Where(static path => !path.StartsWith("app/", StringComparison.Ordinal)).ToList();

        output.WriteLine($"redirect adds {image.Bytes(added):N0} bytes besides the program");
        image.Bytes(added).ShouldBeLessThanOrEqualTo(MostPackageBytes);
        image.Paths.ShouldNotContain(static path => path.EndsWith(".deb", StringComparison.Ordinal) || path.StartsWith("var/lib/apt/lists/", StringComparison.Ordinal));
        image.Paths.ShouldNotContain(static path => path.StartsWith("var/cache/apt/", StringComparison.Ordinal) && path.EndsWith(".bin", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("proxy")]
    [InlineData("redirect")]
    public async Task Layers_OfTheSameInput_AreTheSame(string image)
    {
        await Engine.RequireAsync();

        (await LayersAsync(Engine.Image(image, "again"))).ShouldBe(await LayersAsync(Engine.Image(image)));
    }

    // The other images take the program from the directory in which make published it, in another place and after other builds.
    [Theory]
    [InlineData("proxy")]
    [InlineData("redirect")]
    public async Task Dockerfile_WithItsBuildStage_MakesTheSameLayers(string image)
    {
        await Engine.RequireAsync();
        var (whole, now) = (Engine.Image(image, "whole"), Engine.Image(image));

        var version = await VersionAsync(whole);
        version.ShouldContain('+', "the program knows its commit");
        version.ShouldBe(await VersionAsync(now), "another commit; publish this one");
        (await LayersAsync(whole)).ShouldBe(await LayersAsync(now));
    }

    [Theory]
    [InlineData("proxy")]
    [InlineData("redirect")]
    public async Task Image_StartsTheProgram(string image)
    {
        await Engine.RequireAsync();

        (await RunAsync(Engine.Image(image), "--help")).ShouldContain("imds-proxy");
    }

    private static Task<string> VersionAsync(string image) => RunAsync(image, "--version");

    private static async Task<string> RunAsync(string image, string argument)
    {
        var run = await Engine.RunAsync("run", "--rm", "--pull", "never", "--network", "none", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL", image, argument);
        run.ExitCode.ShouldBe(0, run.All);
        return run.Output;
    }

    private static async Task<string> LayersAsync(string image) => (await Engine.InspectAsync(image, "image"))["RootFS"]!["Layers"]!.ToJsonString();
}
