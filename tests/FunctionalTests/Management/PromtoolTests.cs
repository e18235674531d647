using System.Diagnostics;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Management;

public sealed class PromtoolTests
{
    private const string Promtool = "/usr/bin/promtool";

    [Fact]
    public async Task Metrics_OfEverythingMeasured_PassPromtool()
    {
        Assert.SkipUnless(File.Exists(Promtool), $"{Promtool} (Debian package prometheus) is not installed");
        await using var site = await ManagementSite.StartTcpAsync();
        site.MeasureAll();
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri($"http://{site.Tcp}/metrics"));
        text.ShouldContain("imds_proxy_policy_info");

        var (code, output) = await CheckAsync(text);

        output.ShouldBe("");
        code.ShouldBe(0);
    }

    [Fact]
    public async Task Promtool_OfInvalidText_Fails()
    {
        Assert.SkipUnless(File.Exists(Promtool), $"{Promtool} (Debian package prometheus) is not installed");

        (await CheckAsync("# TYPE imds_proxy_requests counter\nimds_proxy_requests 1\n")).Code.ShouldNotBe(0);
    }

    private static async Task<(int Code, string Output)> CheckAsync(string text)
    {
        using var process = Process.Start(new ProcessStartInfo(Promtool, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            RedirectStandardError = true,
        }).ShouldNotBeNull();
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
