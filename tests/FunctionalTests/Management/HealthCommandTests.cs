using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.Commands;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Management;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Management;

public sealed class HealthCommandTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Health_OfAReadyProxy_SucceedsSilently(bool unix)
    {
        await using var site = unix ? await ManagementSite.StartUnixAsync() : await ManagementSite.StartTcpAsync();
        site.Readiness.Add("policy", () => null);

        (await RunAsync(site.Listener.Management)).ShouldBe((ExitCode.Good, ""));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Health_OfAProxyThatIsNotReady_PrintsEachReason(bool unix)
    {
        await using var site = unix ? await ManagementSite.StartUnixAsync() : await ManagementSite.StartTcpAsync();
        site.Readiness.Add("policy", () => "no policy was ever loaded");
        site.Readiness.Add("audit", () => null);
        site.Readiness.Add("callers", () => "the first list has not come");

        (await RunAsync(site.Listener.Management)).ShouldBe(
            (ExitCode.Failed, "imds-proxy: not ready: policy: no policy was ever loaded\nimds-proxy: not ready: callers: the first list has not come\n"));
        (await RunAsync(site.Listener.Management, live: true)).ShouldBe((ExitCode.Good, ""));
    }

    [Fact]
    public async Task Health_OfAListenerOnAllAddresses_UsesLoopback()
    {
        await using var site = new ManagementSite();
        await site.StartAsync(new IPEndPoint(IPAddress.Any, 0));

        (await RunAsync(new IPEndPoint(IPAddress.Any, site.Tcp.Port))).ShouldBe((ExitCode.Good, ""));
    }

    [Fact]
    public async Task Health_WithoutAListener_Fails()
    {
        var (code, errors) = await RunAsync(new UnixDomainSocketEndPoint("/nonexistent/management.sock"));

        code.ShouldBe(ExitCode.Failed);
        errors.ShouldStartWith("imds-proxy: not ready: nothing answers at unix:/nonexistent/management.sock: ");
    }

    [Fact]
    public async Task Health_WithoutAnAnswer_FailsAtItsTimeout()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();

        var (code, errors) = await RunAsync(silent.LocalEndPoint.ShouldNotBeNull(), timeout: TimeSpan.FromMilliseconds(100));

        code.ShouldBe(ExitCode.Failed);
        errors.ShouldContain("within 100 ms");
    }

    [Theory]
    [InlineData("", "the answer was ''")]
    [InlineData("SSH-2.0-x\r\n", "the answer was 'SSH-2.0-x'")]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n{}", "the answer was 'HTTP/1.1 404 Not Found'")]
    [InlineData("HTTP/1.1 503 Busy\r\n\r\n<html>", "the answer was 'HTTP/1.1 503 Busy'")]
    [InlineData("HTTP/1.1 503 Busy\r\n\r\nnull", "the answer was 'HTTP/1.1 503 Busy'")]
    public void Health_OfAnInvalidAnswer_Fails(string answer, string reason) =>
        HealthProbe.Read(answer).ShouldBe([reason]);

    [Theory]
    [InlineData(2, "--management", "somewhere")]
    [InlineData(2, "--timeout", "soon")]
    [InlineData(1, "--management", "unix:/nonexistent/management.sock")]
    public async Task Health_AsAProcess_ExitsWithItsCode(int code, string flag, string value)
    {
        using var process = Process.Start(ImdsProxyProgram.StartInfo("health", flag, value)).ShouldNotBeNull();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(code, errors);
        (await output).ShouldBe("");
        errors.ShouldContain(value);
    }

    private static async Task<(int Code, string Errors)> RunAsync(EndPoint management, bool live = false, TimeSpan? timeout = null)
    {
        await using var errors = new StringWriter { NewLine = "\n" };
        return (await HealthCommand.RunAsync(management, live, timeout ?? Timeout, errors, CancellationToken.None), errors.ToString());
    }
}
