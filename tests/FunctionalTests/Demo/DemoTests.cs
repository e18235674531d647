using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Demo;

[SupportedOSPlatform("linux")]
public sealed partial class DemoTests
{
    private const int Columns = 100;

    private static readonly string Elsewhere = Path.GetTempPath();

    [Fact]
    public async Task Demo_WithExit_PlaysTheTourAndLeavesNothing()
    {
        using var demo = new DemoProcess(Elsewhere, "--exit");

        var (exit, output, errors) = await demo.EndAsync();

        errors.ShouldBeEmpty();
        exit.ShouldBe(0, output);
        var (audit, learned, enforced) = Acts(output);
        audit.ShouldContain("aks-managed-kubeletIdentityClientID = e5dbcd30-9b3d-4041-b791-ac23f9038175");
        audit.ShouldContain("! would deny 200  ARM token, adx-ingest by 3 ids         no rule allows it");
        audit.ShouldContain("✗ denied     403  ARM token, kubelet by client_id        kubelet-identity-is-for-kube-system");
        audit.ShouldContain("! would deny 200  vault token, its own by msi_res_id     no rule allows it");
        learned.ShouldContain("+ propose   payments/billing     token https://vault.azure.net as billing-vault by msi_res_id");
        learned.ShouldContain("8 of 8 days; allowed by the rule payments-billing");
        enforced.ShouldContain("✗ denied     403  ARM token, adx-ingest by 3 ids         no rule allows it");
        enforced.ShouldContain("IMDS is unreachable for this workload");
        enforced.ShouldContain("✓ allowed    200  Kusto token, adx-ingest by client_id   fluent-bit-to-adx");
        enforced.ShouldContain("✓ allowed    200  Kusto token, no identity named         fluent-bit-to-adx");
        enforced.ShouldContain("✓ allowed    200  vault token, its own by msi_res_id     payments-billing");
        enforced.ShouldContain("✗ denied     403  the instance document                  istio-probes");
        output.TrimEnd().ShouldEndWith("As expected: 60 requests; tokens stolen in audit mode: 6, enforced: 0.");
        demo.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task Demo_Suggestion_LeavesOutTheAttackAndSaysWhy()
    {
        using var demo = new DemoProcess(Elsewhere, "--exit");

        var (exit, output, _) = await demo.EndAsync();

        exit.ShouldBe(0, output);
        var learned = Acts(output).Learned;
        learned.Split('\n').Where(static line => line.StartsWith("  + propose", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("payments/billing");
        var leftOut = learned.Split('\n').Where(static line => line.StartsWith("  - leave out", StringComparison.Ordinal) && line.Contains("shop/web", StringComparison.Ordinal)).ToList();
        leftOut.ShouldContain(static line => line.Contains("denied-by-rule", StringComparison.Ordinal) && line.Contains("shop/web (5 demands)", StringComparison.Ordinal));
        leftOut.ShouldContain(static line => line.Contains("node-identity", StringComparison.Ordinal) && line.Contains("shop/web (3 demands)", StringComparison.Ordinal));
        leftOut.ShouldContain(static line => line.Contains("too-new", StringComparison.Ordinal) && line.Contains("shop/web (3 demands)", StringComparison.Ordinal));

        // Without the suggestion, the policy breaks the workload; with it, only the attack and the sidecar.
        var simulations = learned.Split("…and with the suggestion beside it");
        simulations[0].ShouldContain("would break payments/billing     8 requests");
        simulations[1].ShouldNotContain("payments/billing");
        simulations[1].ShouldContain("would break shop/web             7 requests");
    }

    [Fact]
    public async Task Demo_WithRedirectedOutput_IsPlainNarrowAndHidesTokens()
    {
        using var demo = new DemoProcess(Elsewhere, "--exit");

        var (_, output, _) = await demo.EndAsync();

        output.Contains('\e', StringComparison.Ordinal).ShouldBeFalse();
        output.Split('\n').Max(line => line.Length).ShouldBeLessThanOrEqualTo(Columns);
        Jwt().Matches(output).Max(token => token.Length).ShouldBe(12);
    }

    [Fact]
    public async Task Demo_WithAnotherPolicy_ReportsTheDifferencesAndFails()
    {
        var folder = Directory.CreateTempSubdirectory("demo-policy-");
        try
        {
            var policy = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "policy.example.json"));
            var open = policy.Replace("""{ "path": "/metadata/instance", "quiet": true }""", """{ "path": "/metadata/loadbalancer" }""", StringComparison.Ordinal);
            open.Length.ShouldBeLessThan(policy.Length);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "policy.example.json"), open);
            using var demo = new DemoProcess(folder.FullName, "--exit");

            var (exit, output, _) = await demo.EndAsync();

            exit.ShouldBe(1);
            output.ShouldContain("Not as expected: ");
            output.ReplaceLineEndings(" ").ShouldContain("the instance document, enforced: denied, no-rule, status 403; expected");
            demo.Files.ShouldBeEmpty();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Demo_AfterTheTour_ServesRequestsAndEditsUntilInterrupted()
    {
        using var demo = new DemoProcess(Elsewhere);
        var told = await demo.ReadToAsync("Ctrl+C ends the demo");
        var proxy = IPEndPoint.Parse(told.First(line => line.StartsWith("  proxy ", StringComparison.Ordinal))[8..].Trim());
        var management = new Uri(told.First(line => line.Contains("/policy?access_token=", StringComparison.Ordinal)).Trim());
        var token = demo.Files.Single(file => file.EndsWith("management-token", StringComparison.Ordinal));
        File.GetUnixFileMode(token).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        using var http = new HttpClient();
        var console = new Uri(told.Single(line => line.Contains("/#token=", StringComparison.Ordinal)).Trim());
        (await http.GetStringAsync(console)).ShouldContain("<title>imds-proxy console</title>");
        (await http.GetStringAsync(management)).ShouldContain("\"enforce\"");
        (await http.GetAsync(new Uri(management, "/policy"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await RawHttp.GetAsync(proxy, "/metadata/versions")).Status.ShouldBe(503);
        await demo.ReadToAsync("caller-unknown");
        var policy = told.Single(line => line.StartsWith("  /", StringComparison.Ordinal) && line.EndsWith("/policy.json", StringComparison.Ordinal)).Trim();
        await File.WriteAllTextAsync(policy, """{"version":1,"mode":"audit","rules":[]}""");
        await demo.ReadToAsync("policy-loaded revision 71241cd92e1a");

        await demo.InterruptAsync();
        (await demo.EndAsync()).ExitCode.ShouldBe(0);
        demo.Files.ShouldBeEmpty();
        using var socket = new TcpClient();
        await Should.ThrowAsync<SocketException>(() => socket.ConnectAsync(proxy));
    }

    [Fact]
    public async Task Demo_OnATakenPort_SaysSoAndLeavesNothing()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var demo = new DemoProcess(Elsewhere, "--exit", "--listen", $"{taken.LocalEndpoint}");

        var (exit, _, errors) = await demo.EndAsync();

        exit.ShouldBe(1);
        errors.ShouldStartWith("imds-proxy: demo: ");
        demo.Files.ShouldBeEmpty();
    }

    private static (string Audit, string Learned, string Enforced) Acts(string output)
    {
        var parts = output.Split("━━ ");
        string Act(int number) => parts.Single(part => part.StartsWith($"{number}. ", StringComparison.Ordinal));
        return (Act(1), Act(2), Act(3));
    }

    [GeneratedRegex(@"eyJ[A-Za-z0-9_.-]+", RegexOptions.None, 1000)]
    private static partial Regex Jwt();
}
