using System.Diagnostics;
using System.Net;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

public sealed class CommandTests
{
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";
    private const string First = "11111111-2222-3333-4444-555555555555";
    private const string Second = "66666666-7777-8888-9999-000000000000";

    [Fact]
    public async Task FakeImds_OnFreePorts_PrintsItsAddressesAndAnswers()
    {
        using var process = Start("fake-imds", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--identity", First, "--identity", $"{Second}=/subscriptions/s/id");
        try
        {
            var data = await ReadAddressAsync(process, "fake-imds listening on http://");
            var control = await ReadAddressAsync(process, "fake-imds control on http://");
            (await RawHttp.GetAsync(data, Token)).Text.ShouldContain($"\"client_id\":\"{First}\"");
            (await RawHttp.GetAsync(data, $"{Token}&msi_res_id=/subscriptions/s/id")).Text.ShouldContain($"\"client_id\":\"{Second}\"");
            (await RawHttp.GetAsync(control, "/_requests")).Text.ShouldContain(Token);
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData(2, "fake-imds", "--listen", "nowhere")]
    [InlineData(2, "fake-imds", "--rate-limit", "some")]
    [InlineData(2, "fake-imds", "--latency", "4")]
    [InlineData(2, "fake-imds", "--identity", "kubelet")]
    [InlineData(1, "fake-imds", "--listen", "192.0.2.1:80")]
    public async Task FakeImds_WithBadFlags_ExitsWithTheUsageCode(int code, params string[] arguments)
    {
        using var process = Start(arguments);
        var complaint = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(code, complaint);
        complaint.ShouldStartWith("imds-proxy: ");
    }

    private static async Task<IPEndPoint> ReadAddressAsync(Process process, string prefix)
    {
        var line = await process.StandardOutput.ReadLineAsync();
        line.ShouldNotBeNull().ShouldStartWith(prefix);
        return IPEndPoint.Parse(line[prefix.Length..]);
    }

    private static Process Start(params string[] arguments) => Process.Start(ImdsProxyProgram.StartInfo(arguments))!;
}
