using System.Net;

namespace ImdsProxy.TestKit;

/// <summary>Sends one request over a new connection.</summary>
public static class RawHttp
{
    /// <summary>Sends the request and reads its response. Null if the server closed the connection without one.</summary>
    /// <param name="server">The server's address.</param>
    /// <param name="request">The request.</param>
    /// <param name="source">The source address, such as 127.0.0.11, or null for any.</param>
    public static async Task<RawResponse?> SendAsync(IPEndPoint server, RawRequest request, IPAddress? source = null)
    {
        await using var connection = await RawConnection.ConnectAsync(server, source);
        return await connection.ExchangeAsync(request);
    }

    /// <summary>Sends a GET request with the default headers.</summary>
    public static async Task<RawResponse> GetAsync(IPEndPoint server, string target, IPAddress? source = null) =>
        await SendAsync(server, RawRequest.Get(target), source) ?? throw new IOException("the server closed without an answer");
}
