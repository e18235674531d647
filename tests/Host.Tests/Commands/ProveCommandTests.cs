using System.Net;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.Commands;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Doctor.Imds;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class ProveCommandTests : IDisposable
{
    private const string ProxysError = "HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"bad_request\"}";
    private const string ImdsError = "HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"Bad request.\"}";
    private const string Denied = "HTTP/1.1 403 Forbidden\r\nx-imds-proxy-request-id: 0HN\r\n\r\nImdsProxy denied a token";

    private readonly TcpListener _imds = new(IPAddress.Loopback, 0);
    private readonly StringWriter _output = new();

    public ProveCommandTests() => _imds.Start();

    private IPEndPoint Imds => (IPEndPoint)_imds.LocalEndpoint;

    [Theory]
    [InlineData(ProxysError, Denied, true, ExitCode.Good)]
    [InlineData(ProxysError, "HTTP/1.1 200 OK\r\n\r\n{}", false, ExitCode.Good)]
    [InlineData(ProxysError, "HTTP/1.1 200 OK\r\n\r\n{}", true, ExitCode.Failed)]
    [InlineData(ImdsError, Denied, true, ExitCode.Failed)]
    [InlineData("", "", false, ExitCode.Failed)]
    public async Task Prove_WithAnAnswer_TellsTheProxysFromImds(string toMalformed, string toToken, bool expectDenial, int expected)
    {
        var serving = AnswerAsync(toMalformed, toToken);

        (await ProveCommand.RunAsync(Probe(), [], expectDenial, _output, CancellationToken.None)).ShouldBe(expected, _output.ToString());

        _imds.Stop();
        await serving;
    }

    [Fact]
    public async Task Prove_WithAnOpenAddress_NamesIt()
    {
        var serving = AnswerAsync(ProxysError, Denied);
        using var open = new TcpListener(IPAddress.Loopback, 0);
        open.Start();
        var way = (IPEndPoint)open.LocalEndpoint;

        (await ProveCommand.RunAsync(Probe(), [way], false, _output, CancellationToken.None)).ShouldBe(ExitCode.Failed);
        _output.ToString().ShouldContain($"NOT PROVED: {way} is closed");

        open.Stop();
        (await ProveCommand.RunAsync(Probe(), [way], false, _output, CancellationToken.None)).ShouldBe(ExitCode.Good);
        _imds.Stop();
        await serving;
    }

    public void Dispose()
    {
        _imds.Dispose();
        _output.Dispose();
    }

    private PodProbe Probe() => new(Imds, TimeSpan.FromSeconds(10));

    private async Task AnswerAsync(string toMalformed, string toToken)
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                using var socket = await _imds.AcceptSocketAsync();
                var request = Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
                await socket.SendAsync(Encoding.ASCII.GetBytes(request.Contains("oauth2/token", StringComparison.Ordinal) ? toToken : toMalformed));
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
