using System.Diagnostics;
using System.Net;
using ImdsProxy.Deny;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>The unmodified Azure.Identity in its own process. <c>AZURE_POD_IDENTITY_AUTHORITY_HOST</c> directs it to the proxy.</summary>
public sealed class AzureIdentityTests : IDisposable
{
    private readonly DirectoryInfo _path = Directory.CreateTempSubdirectory("imds-proxy-az");

    public AzureIdentityTests()
    {
        // The next credential of the chain is the Azure CLI. This fake one returns a fixed token.
        var az = Path.Combine(_path.FullName, "az");
        File.WriteAllText(az, """
            #!/bin/sh
            echo '{"accessToken":"of-the-next-credential","expiresOn":"2040-01-01 00:00:00.000000","expires_on":2208988800,"tokenType":"Bearer"}'
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => _path.Delete(recursive: true);

    [Fact]
    public async Task ManagedIdentityCredential_Permitted_GetsTheToken()
    {
        await using var scene = await StartAsync(TokenDenialForm.Forbidden, "logging", "fluent-bit");
        var (status, said) = await RunAsync(scene, "azure-identity", "https://api.kusto.windows.net");
        said.ShouldStartWith("token until ");
        said.ShouldNotContain("2040");
        status.ShouldBe(0);
        ((string?)scene.Record()["verdict"]).ShouldBe("allowed");
        scene.Record()["issued"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ManagedIdentityCredential_Denied_FailsAtOnceWithTheReason(bool forbidden)
    {
        await using var scene = await StartAsync(forbidden ? TokenDenialForm.Forbidden : TokenDenialForm.IdentityNotFound, "logging", "fluent-bit");
        var (status, said) = await RunAsync(scene, "azure-identity", "https://management.azure.com");
        status.ShouldBe(1);
        said.ShouldContain($"ImdsProxy denied a token for https://management.azure.com as client_id {Policies.Ingest}: no rule allows it (pod logging/fluent-bit-0, service account fluent-bit");
        said.ShouldContain("Ask #platform.");

        // The client sends the request once, without a retry, and nothing reaches IMDS.
        ((string?)scene.Record()["verdict"]).ShouldBe("denied");
        scene.Imds.Requests.ShouldBeEmpty();
    }

    // Azure.Identity 1.21 continues its chain if its probe gets a 400, but stops if it gets a 403. A pod without any
    // permission to get tokens therefore needs the other form of denial. (The client retries after IMDS's own 400 only at
    // 169.254.169.254, which the tests with a redirect cover.)
    [Theory]
    [InlineData(true, "logging", "fluent-bit", "missing-header")]
    [InlineData(false, "logging", "fluent-bit", "missing-header")]
    [InlineData(false, "shop", "till", "no-rule")]
    public async Task DefaultAzureCredential_Denied_TriesTheNextCredential(bool forbidden, string ns, string account, string reason)
    {
        await using var scene = await StartAsync(forbidden ? TokenDenialForm.Forbidden : TokenDenialForm.IdentityNotFound, ns, account);
        var (_, said) = await RunAsync(scene, "azure-default", "https://management.azure.com");
        said.ShouldStartWith("token until 2040");
        scene.Imds.Requests.ShouldBeEmpty();
        ((string?)scene.Record()["reason"]).ShouldBe(reason);
    }

    private static async Task<ProxyScene> StartAsync(TokenDenialForm form, string ns, string account)
    {
        var scene = await ProxyScene.StartAsync(
            Policies.Cluster("enforce"),
            options => options with { Answers = new("Ask #platform.", form), Enforce = new() { IdentifyWait = TimeSpan.FromSeconds(10) } });
        await scene.UseCallersAsync(Pods.FileWith(IPAddress.Loopback, ns, account));
        return scene;
    }

    private async Task<(int Status, string Said)> RunAsync(ProxyScene scene, string credential, string resource)
    {
        await Eventually.HoldsAsync(() => scene.Logs.All.Any(line => line.Contains("Loaded 7 callers", StringComparison.Ordinal)));
        var client = Path.Combine(AppContext.BaseDirectory, "network-client.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [client, credential, Policies.Ingest, resource]) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = $"http://{scene.Proxy.EndPoint}";
        start.Environment["PATH"] = _path.FullName;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }
}
