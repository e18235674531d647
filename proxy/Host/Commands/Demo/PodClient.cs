using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ImdsProxy.Commands.Demo;

/// <summary>An HTTP client that connects from a pod's address.</summary>
internal sealed class PodClient : IDisposable
{
    private readonly DemoPod _pod;
    private readonly HttpClient _http;

    public PodClient(DemoPod pod, IPEndPoint proxy)
    {
        _pod = pod;
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectCallback = ConnectAsync };
        _http = new HttpClient(handler) { BaseAddress = new Uri($"http://{proxy}") };
        _http.DefaultRequestHeaders.Add("Metadata", "true");
        _http.DefaultRequestHeaders.Add("User-Agent", pod.UserAgent);
    }

    public async Task<PodAnswer> GetAsync(string target, CancellationToken cancellation)
    {
        using var response = await _http.GetAsync(new Uri(target, UriKind.Relative), cancellation);
        return new PodAnswer((int)response.StatusCode, Parse(await response.Content.ReadAsByteArrayAsync(cancellation)));
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(_pod.Address, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static JsonElement Parse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
