using System.Globalization;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

public sealed class BreakGlassTests : IDisposable
{
    private const string EnforcedRule = """{"name":"guard","mode":"enforce","workloads":[{"namespaces":["shop"]}],"deny":[{"path":"/metadata/versions"}]}""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-override");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Override_InForce_AuditsAllButEnforcedRulesUntilItEnds()
    {
        await using var scene = await StartAsync();
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(403);

        await BreakGlassAsync(DateTimeOffset.Parse("2100-01-01T00:00:00Z", CultureInfo.InvariantCulture), "too far");
        await Eventually.HoldsAsync(() => scene.Logs.All.Any(line => line.Contains("The override is refused", StringComparison.Ordinal)));
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(403);

        await BreakGlassAsync(TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(6), "INC-4711");
        await Eventually.HoldsAsync(() => scene.Audit.Events("override-began").Count == 1);
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(200);
        (await scene.GetAsync(Pods.Web, "/metadata/versions")).Status.ShouldBe(403);
        var began = scene.Audit.Events("override-began")[0];
        ((string?)began["reason"]).ShouldBe("INC-4711");
        ((string?)scene.Audit.Requests[2]["verdict"]).ShouldBe("would-deny");
        ((string?)scene.Audit.Requests[2]["mode"]).ShouldBe("audit");

        await Eventually.HoldsAsync(() => scene.Audit.Events("override-ended").Count == 1);
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Override_InForceAtStart_AppliesToTheFirstRequest()
    {
        await BreakGlassAsync(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), "INC-4712");
        await using var scene = await StartAsync();

        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(200);
        (await scene.ManagementAsync("/metrics")).Text.ShouldContain("imds_proxy_override_active 1");
    }

    private Task<ProxyScene> StartAsync() => ProxyScene.StartAsync(
        Policies.Cluster("enforce", "", EnforcedRule),
        options => options with { OverrideDirectory = _directory.FullName });

    // "mode" is written last, because the three files are not written atomically.
    private async Task BreakGlassAsync(DateTimeOffset until, string reason)
    {
        await WriteAsync("until", until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        await WriteAsync("reason", reason);
        await WriteAsync("mode", "audit");
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_directory.FullName, name), text);
}
