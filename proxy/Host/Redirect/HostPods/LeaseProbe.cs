using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>Asks the proxy whether it is ready for the node's own connections.</summary>
/// <param name="nodeIp">The node's address.</param>
/// <param name="port">The proxy's port.</param>
/// <param name="limit">The time within which the proxy must answer.</param>
/// <param name="time">The clock.</param>
internal sealed class LeaseProbe(IPAddress nodeIp, int port, TimeSpan limit, TimeProvider time) : IDisposable
{
    /// <summary>The usual limit.</summary>
    public static readonly TimeSpan UsualLimit = TimeSpan.FromMilliseconds(300);

    private const string Path = "/.imds-proxy/host-pods";
    private const string Ready = "ready\n";

    // In bytes. A reason has one line.
    private const int LongestAnswer = 256;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, MaxResponseHeadersLength = 4, ConnectCallback = ConnectAsync })
    {
        BaseAddress = new Uri($"http://{nodeIp}:{port}"),
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LongestAnswer,
    };

    /// <returns>Null if the proxy is ready, otherwise the reason why it is not.</returns>
    public async Task<string?> AskAsync(CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Path);
            request.Headers.Host = nodeIp.ToString();
            request.Headers.ConnectionClose = true;
            using var response = await _http.SendAsync(request, either.Token);
            var answer = await response.Content.ReadAsStringAsync(either.Token);
            return response.StatusCode == HttpStatusCode.OK && answer == Ready ? null : Refusal(response.StatusCode, answer);
        }
        catch (OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return $"the proxy did not answer within {limit.TotalMilliseconds:0} ms";
        }
        catch (HttpRequestException e)
        {
            return $"the proxy can't be asked: {e.InnerException?.Message ?? e.Message}";
        }
    }

    public void Dispose() => _http.Dispose();

    // A direct connection from the node's own address would take a port from host pods: address translation gives another port to the
    // client that uses the same one, so the proxy can't find that client. The lease's table admits only this source.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(LeaseRules.ProbeSource, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Refusal(HttpStatusCode status, string answer)
    {
        var line = new string([.. answer.TakeWhile(static c => !char.IsControl(c))]);
        return $"the proxy answers {(int)status}{(line.Length > 0 ? $": {line}" : "")}";
    }
}
