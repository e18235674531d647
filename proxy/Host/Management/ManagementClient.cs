using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace ImdsProxy.Management;

/// <summary>A client of a running proxy's management endpoint.</summary>
internal sealed class ManagementClient(EndPoint address, string? token)
{
    /// <summary>Sends a GET request and reads the response.</summary>
    /// <exception cref="HttpRequestException">The proxy does not answer, or refuses the request; the message contains the proxy's reason.</exception>
    public async Task<T> GetAsync<T>(string pathAndQuery, Func<Stream, Task<T>> read, CancellationToken cancellation)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync }) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{(address is IPEndPoint ? address : "localhost")}{pathAndQuery}");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"the proxy at {address} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        return await read(stream);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(address, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
