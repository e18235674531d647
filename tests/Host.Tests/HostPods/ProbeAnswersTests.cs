using System.IO.Pipelines;
using System.Text;
using ImdsProxy.HostPods;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.HostPods;

/// <summary>The answers to the redirect's probe.</summary>
public sealed class ProbeAnswersTests
{
    private const string Probe = "GET /.imds-proxy/host-pods HTTP/1.1\r\nHost: 10.0.0.4\r\nConnection: close\r\n\r\n";

    [Theory]
    [InlineData(null, Probe, "HTTP/1.1 200 OK|ready\n")]
    [InlineData("no policy is in force", Probe, "HTTP/1.1 503 Service Unavailable|not ready: no policy is in force\n")]
    [InlineData("two\nlines", Probe, "HTTP/1.1 503 Service Unavailable|not ready: two lines\n")]
    [InlineData(null, "GET /metadata/instance HTTP/1.1\r\n\r\n", "")]
    [InlineData(null, "POST /.imds-proxy/host-pods HTTP/1.1\r\n\r\n", "")]
    [InlineData(null, "GET /.imds-proxy/host-pods HTTP/1.1\r\n", "")]
    [InlineData(null, "", "")]
    public async Task Answer_Request_IsAnsweredOnlyIfItIsTheProbe(string? problem, string request, string expected) =>
        (await AskAsync(new ProbeAnswers(() => problem, TimeProvider.System), request)).ShouldBe(expected);

    [Fact]
    public async Task Answer_EndlessRequest_IsNotReadForEver() =>
        (await AskAsync(new ProbeAnswers(static () => null, TimeProvider.System), new string('x', 8192))).ShouldBe("");

    // Without a probe nothing is redirected here, so there is nothing to wait for.
    [Fact]
    public async Task Leave_WithoutAnyProbe_DoesNotWait() =>
        await new ProbeAnswers(static () => null, TimeProvider.System).LeaveAsync(CancellationToken.None);

    [Fact]
    public async Task Leave_AfterAProbe_WaitsUntilTheNextOneWasTold()
    {
        var answers = new ProbeAnswers(static () => null, TimeProvider.System);
        await AskAsync(answers, Probe);

        var leaving = answers.LeaveAsync(CancellationToken.None);
        leaving.IsCompleted.ShouldBeFalse();
        (await AskAsync(answers, Probe)).ShouldBe("HTTP/1.1 503 Service Unavailable|draining\n");
        await leaving;
    }

    [Fact]
    public async Task Leave_WhenTheTimeIsUp_Ends()
    {
        var answers = new ProbeAnswers(static () => null, TimeProvider.System);
        await AskAsync(answers, Probe);
        await answers.LeaveAsync(new CancellationToken(canceled: true));
    }

    private static async Task<string> AskAsync(ProbeAnswers answers, string request)
    {
        var (incoming, outgoing) = (new Pipe(), new Pipe());
        await incoming.Writer.WriteAsync(Encoding.ASCII.GetBytes(request));
        await incoming.Writer.CompleteAsync();
        await answers.AnswerAsync(new Duplex(incoming.Reader, outgoing.Writer), CancellationToken.None);
        await outgoing.Writer.CompleteAsync();
        var answer = Encoding.UTF8.GetString((await outgoing.Reader.ReadAsync()).Buffer.FirstSpan);
        var parts = answer.Split("\r\n\r\n");
        return answer.Length == 0 ? "" : $"{parts[0].Split("\r\n")[0]}|{parts[1]}";
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
