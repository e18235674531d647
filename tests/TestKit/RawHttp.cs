using System.Net;

namespace ImdsProxy.TestKit;

/// <summary>One request over a connection of its own.</summary>
public static class RawHttp
{
    /// <summary>Sends it and reads its answer; null if the server closed without one.</summary>
    /// <param name="server">Where to send it.</param>
    /// <param name="request">What to send.</param>
    /// <param name="source">The address to come from, such as 127.0.0.11, or null for any.</param>
    public static async Task<RawResponse?> SendAsync(IPEndPoint server, RawRequest request, IPAddress? source = null)
    {
        await using var connection = await RawConnection.ConnectAsync(server, source);
        return await connection.ExchangeAsync(request);
    }

    /// <summary>GET with the default headers.</summary>
    public static async Task<RawResponse> GetAsync(IPEndPoint server, string target, IPAddress? source = null) =>
        await SendAsync(server, RawRequest.Get(target), source) ?? throw new IOException("the server closed without an answer");
}
