using System.Net;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.Doctor.Imds;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.TestKit;
using Xunit;

namespace ImdsProxy.Host.Tests.Doctor;

/// <summary>The checks that ask IMDS, against a listener that answers one request.</summary>
public sealed class ImdsCheckTests : IDisposable
{
    private static readonly Place Node = new(OnNode: true, Container: null);
    private static readonly Place Pod = new(OnNode: false, Container: null);

    private readonly TcpListener _imds = new(IPAddress.Loopback, 0);
    private readonly ManualTime _time = new();

    public ImdsCheckTests() => _imds.Start();

    private IPEndPoint Address => (IPEndPoint)_imds.LocalEndpoint;

    public void Dispose() => _imds.Dispose();

    [Theory]
    [InlineData("200 OK", "Good", "does not throttle")]
    [InlineData("429 Too Many Requests", "Warning", "5 requests/s")]
    [InlineData("403 Forbidden", "Broken", "status 403")]
    [InlineData("503 Service Unavailable", "Broken", "status 503")]
    public async Task Imds_WithAStatus_IsJudged(string status, string state, string words)
    {
        var serving = AnswerAsync($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        await new ImdsCheck(Node, Question()).ShouldFindAsync(state, words);
        await serving;
    }

    // With --host-pods, the proxy may deny what the redirect's container asks.
    [Fact]
    public async Task Imds_InWhosePlaceTheProxyAnswers_IsNotJudged()
    {
        var question = Question();
        var serving = AnswerAsync("HTTP/1.1 403 Forbidden\r\nx-imds-proxy-request-id: 0HN1\r\nDate: Sat, 21 Nov 2026 04:20:00 GMT\r\nContent-Length: 0\r\n\r\n");
        await new ImdsCheck(Node, question).ShouldFindAsync("NotApplicable", "The proxy answered, not IMDS");
        await new ClockCheck(Node, question).ShouldFindAsync("NotApplicable", "did not state its time");
        await serving;
    }

    [Fact]
    public async Task Imds_ThatRefusesConnections_IsBroken()
    {
        var question = Question();
        _imds.Stop();
        await new ImdsCheck(Node, question).ShouldFindAsync("Broken", "can't reach IMDS");
        await new ClockCheck(Node, question).ShouldFindAsync("NotApplicable", "did not state its time");
    }

    // The clock of the test stands at 04:30:00, and half a second is added for the header's whole seconds.
    [Theory]
    [InlineData("Sat, 21 Nov 2026 04:30:00 GMT", "Good", "within 10 s")]
    [InlineData("Sat, 21 Nov 2026 04:30:09 GMT", "Good", "within 10 s")]
    [InlineData("Sat, 21 Nov 2026 04:31:00 GMT", "Warning", "behind IMDS's")]
    [InlineData("Sat, 21 Nov 2026 04:29:00 GMT", "Warning", "60 s ahead of IMDS's")]
    [InlineData("Sat, 21 Nov 2026 04:20:00 GMT", "Broken", "Tokens seem to be expired")]
    public async Task Clock_AgainstTheDateOfImds_IsJudged(string date, string state, string words)
    {
        var serving = AnswerAsync($"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n");
        await new ClockCheck(Node, Question()).ShouldFindAsync(state, words);
        await serving;
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"bad_request\"}", "Good", "reach the proxy")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"Bad request.\"}", "Broken", "the answer began with: HTTP/1.1 400 Bad Request")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{}", "Broken", "do not reach the proxy")]
    [InlineData("", "Broken", "get no answer")]
    public async Task Path_OfAPod_TellsTheProxyFromOthers(string answer, string state, string words)
    {
        var serving = AnswerAsync(answer);
        await new PathCheck(Pod, new PodProbe(Address, TimeSpan.FromMinutes(1))).ShouldFindAsync(state, words);
        await serving;
    }

    [Fact]
    public async Task Checks_InTheOtherPlace_DoNotApply()
    {
        await new ImdsCheck(Pod, Question()).ShouldFindAsync("NotApplicable", "see path");
        await new ClockCheck(Pod, Question()).ShouldFindAsync("NotApplicable", "the node's own clock");
        await new PathCheck(Node, new PodProbe(Address, TimeSpan.FromMinutes(1))).ShouldFindAsync("NotApplicable", "Only an ordinary pod");
    }

    private ImdsQuestion Question() => new(new Uri($"http://{Address}"), TimeSpan.FromMinutes(1), _time);

    private async Task AnswerAsync(string answer)
    {
        using var pod = await _imds.AcceptSocketAsync();
        await pod.ReceiveAsync(new byte[4096]);
        await pod.SendAsync(Encoding.ASCII.GetBytes(answer));
    }
}
