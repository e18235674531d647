using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>Checks of the images that need no container engine.</summary>
public sealed partial class ImageTests : IDisposable
{
    private static readonly string Dockerfile = Repository.Read("Dockerfile");

    private static readonly Version Glibc = new(2, 34);

    private readonly string _directory = Directory.CreateTempSubdirectory("imds-proxy-image-").FullName;

    [Fact]
    public void Dockerfile_Copies_OnlyExistingFilesThatAreNotIgnored()
    {
        var ignored = Repository.Read(".dockerignore").Split('\n');
        var sources = ContextCopy().Matches(Dockerfile).SelectMany(copy => copy.Groups["sources"].Value.Split(' ')).ToList();

        sources.ShouldContain("proxy/", StringComparer.Ordinal);
        foreach (var source in sources)
        {
            (File.Exists(Repository.At(source)) || Directory.Exists(Repository.At(source))).ShouldBeTrue(source);
            ignored.ShouldContain("!" + source.TrimEnd('/'), StringComparer.Ordinal);
        }
    }

    [Fact]
    public void Images_NameNoRegistryAndRunAsTheExpectedUser()
    {
        From().Matches(Dockerfile).Select(from => from.Groups["image"].Value).ShouldAllBe(image => image.StartsWith("${", StringComparison.Ordinal));
        Stage("proxy").ShouldContain("USER 16254:16254");
        Stage("redirect").ShouldContain("USER 0:0");
        foreach (var stage in new[] { "proxy", "redirect" })
        {
            Stage(stage).ShouldContain("""ENTRYPOINT ["/app/imds-proxy"]""");
            Stage(stage).ShouldContain("COPY --from=build /app /app");
            Stage(stage).ShouldContain("org.opencontainers.image.version");
        }
    }

    [Fact]
    public void ImageBuildAndMakefile_PublishWithTheSameScript()
    {
        Stage("build").ShouldContain("RUN proxy/publish.sh \"$TARGETARCH\" /app \"$REVISION\"");
        Repository.Read("Makefile").ShouldContain("proxy/publish.sh amd64 artifacts/publish");
        Repository.Read("Makefile").ShouldContain("proxy/publish.sh arm64 artifacts/publish-arm64");
    }

    // Publishes from a copy of what the build stage copies, so that a missing file is noticed here and not in a release. The
    // other tests run the program for amd64, which is published by the same commands.
    [Fact]
    public async Task Publish_FromTheBuildContextAlone_YieldsAWorkingProgram()
    {
        Assert.SkipUnless(Array.TrueForAll(["clang", "ld.lld", "aarch64-linux-gnu-gcc", "qemu-aarch64"], Tools.Program.IsThere), "clang, lld, the linker for arm64 or the emulator is missing: see tests/install-tools.sh");
        var source = Path.Combine(_directory, "source");
        await CopyContextAsync(source);
        var app = Path.Combine(_directory, "app");

        var (code, output, errors) = await Tools.Program.RunAsync(Path.Combine(source, "proxy/publish.sh"), ["arm64", app], source);

        code.ShouldBe(0, output + errors);
        Directory.EnumerateFileSystemEntries(app).Select(Path.GetFileName).ShouldBe(["imds-proxy", "licences.txt", "policy.example.json", "sbom.cdx.json"], ignoreOrder: true);
        foreach (var command in new string[][] { ["serve"], ["redirect", "watch"], ["policy", "check"], ["health"], ["prepare"] })
        {
            var help = await Tools.Program.RunAsync("qemu-aarch64", ["-L", "/usr/aarch64-linux-gnu", Path.Combine(app, "imds-proxy"), .. command, "--help"], _directory);
            help.Code.ShouldBe(0, help.Errors);
            help.Output.ShouldContain($"imds-proxy {string.Join(' ', command)}");
        }

        (await NewestGlibcAsync("aarch64-linux-gnu-objdump", Path.Combine(app, "imds-proxy"))).ShouldBeLessThanOrEqualTo(Glibc);
    }

    [Fact]
    public async Task Program_ForAmd64_NeedsAtMostTheStatedGlibc()
    {
        Assert.SkipWhen(ImdsProxyProgram.Command.Length > 1, "the program is not published in this run");

        (await NewestGlibcAsync("objdump", ImdsProxyProgram.Command[0])).ShouldBeLessThanOrEqualTo(Glibc);
        Repository.Read("docs/install-aks.md").ShouldContain($"glibc {Glibc} or newer");
    }

    [Fact]
    public void Program_ForAmd64_IsNotLargerThanStated()
    {
        Assert.SkipWhen(ImdsProxyProgram.Command.Length > 1, "the program is not published in this run");

        new FileInfo(ImdsProxyProgram.Command[0]).Length.ShouldBeLessThanOrEqualTo(24_000_000);
    }

    // The bill of materials is written from what the compiler got. Here it is compared with what the projects ask for.
    [Fact]
    public void BillOfMaterials_OfThePublishedProgram_NamesEachPackageAndItsLicence()
    {
        Assert.SkipWhen(ImdsProxyProgram.Command.Length > 1, "the program is not published in this run");
        var folder = Path.GetDirectoryName(ImdsProxyProgram.Command[0])!;
        var components = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "sbom.cdx.json")))!["components"]!.AsArray();
        var licences = File.ReadAllLines(Path.Combine(folder, "licences.txt"));

        var named = components.Select(static component => (string)component!["name"]!).ToList();
        var projects = string.Concat(Directory.EnumerateFiles(Repository.At("proxy"), "*.csproj", SearchOption.AllDirectories).Select(File.ReadAllText));
        foreach (var package in PackageReference().Matches(projects).Select(static reference => reference.Groups["name"].Value))
        {
            named.ShouldContain(package, StringComparer.Ordinal);
        }

        named.ShouldContain(static name => name.StartsWith("Microsoft.NETCore.App.Runtime.NativeAOT", StringComparison.OrdinalIgnoreCase), "the runtime is linked into the program");
        named.ShouldBeUnique(StringComparer.Ordinal);
        components.ShouldAllBe(static component => ((string)component!["licenses"]![0]!["expression"]!).Length > 0);
        components.Select(static component => (string)component!["purl"]!).ShouldAllBe(static purl => purl.StartsWith("pkg:nuget/", StringComparison.Ordinal));
        licences.ShouldBe(components.Select(static component => $"{component!["name"]} {component["version"]}: {component["licenses"]![0]!["expression"]}"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    // The oldest version of glibc that has every symbol the program needs. The base images must have at least this version.
    private static async Task<Version> NewestGlibcAsync(string objdump, string program)
    {
        var (code, output, errors) = await Tools.Program.RunAsync(objdump, ["-T", program], "/");
        code.ShouldBe(0, errors);
        return GlibcVersion().Matches(output).Select(match => Version.Parse(match.Groups["version"].Value)).Max()!;
    }

    private static async Task CopyContextAsync(string target)
    {
        Directory.CreateDirectory(target);
        var sources = ContextCopy().Matches(Dockerfile).SelectMany(copy => copy.Groups["sources"].Value.Split(' '));
        var script = "tar -C \"$0\" --exclude=bin --exclude=obj -cf - \"$@\" | tar -xf -";
        var (code, _, errors) = await Tools.Program.RunAsync("sh", ["-c", script, Repository.Root, .. sources], target);
        code.ShouldBe(0, errors);
    }

    private static string Stage(string name)
    {
        var begin = Dockerfile.IndexOf($" AS {name}\n", StringComparison.Ordinal);
        begin.ShouldBeGreaterThan(0, name);
        var end = Dockerfile.IndexOf("\nFROM ", begin, StringComparison.Ordinal);
        return end < 0 ? Dockerfile[begin..] : Dockerfile[begin..end];
    }

    [GeneratedRegex(@"GLIBC_(?<version>[0-9.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GlibcVersion();

    [GeneratedRegex(@"<PackageReference Include=""(?<name>[^""]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PackageReference();

    [GeneratedRegex(@"^COPY (?!--)(?<sources>.+) \S+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ContextCopy();

    [GeneratedRegex(@"^FROM (--\S+ )?(?<image>\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex From();
}
