using System.Text.Json.Nodes;
using ImdsProxy.Network.Tests.Topology;
using Xunit;

namespace ImdsProxy.Images.Tests.Node;

/// <summary>podman with runc, and the images that <c>make test-images</c> has built.</summary>
internal static class Engine
{
    private static readonly string[] Tools = ["podman", "runc", "buildah"];

    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "images/podman.sh");

    private static readonly string Store = Environment.GetEnvironmentVariable("IMDS_PROXY_IMAGE_STORE") is { Length: > 0 } store ? store : "/var/cache/imds-proxy-tests";

    public static string Image(string name, string tag = "now") => $"localhost/imds-proxy-tests/{name}:{tag}";

    /// <summary>Skips the test with a reason if there is no engine or no image.</summary>
    public static async Task RequireAsync()
    {
        Requirements.Check(Tools);
        Assert.SkipUnless((await RunAsync("image", "exists", Image("proxy", "next"))).ExitCode == 0, "the images are not built: make test-images builds them");
    }

    public static Task<Finished> RunAsync(params string[] arguments) => Programs.RunAsync(Command(arguments));

    public static Task<string> MustAsync(params string[] arguments) => Programs.MustAsync(Command(arguments));

    /// <summary>Starts the engine, which stays until the container ends.</summary>
    public static RunningProgram Start(params string[] arguments) => new(Programs.Start(Command(arguments)), $"podman {arguments[0]}");

    /// <summary>What the engine knows about an image or a container.</summary>
    public static async Task<JsonNode> InspectAsync(string name, string type) =>
        JsonNode.Parse(await MustAsync("inspect", "--type", type, name))!.AsArray().Single()!;

    private static string[] Command(string[] arguments) => ["bash", Script, Store, .. arguments];
}
