using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.LoadTests.Serving;

/// <summary>A connection that sends the same request repeatedly, without a client library.</summary>
internal sealed class RequestLoop : IDisposable
{
    private static readonly byte[] Token = Encoding.ASCII.GetBytes(
        "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fapi.kusto.windows.net&client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6 HTTP/1.1\r\n"
        + "Host: 169.254.169.254\r\nMetadata: true\r\n\r\n");

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[64 * 1024];

    public Task ConnectAsync(IPEndPoint server) => _socket.ConnectAsync(server);

    /// <summary>Requests a token and returns the response time.</summary>
    /// <exception cref="InvalidDataException">The response is not a token.</exception>
    public async Task<TimeSpan> AskAsync()
    {
        var began = Stopwatch.GetTimestamp();
        await _socket.SendAsync(Token, SocketFlags.None);
        var length = 0;
        while (!IsWhole(_answer.AsSpan(0, length)))
        {
            var read = await _socket.ReceiveAsync(_answer.AsMemory(length), SocketFlags.None);
            length += read > 0 ? read : throw new InvalidDataException("the proxy closed the connection");
        }

        return Stopwatch.GetElapsedTime(began);
    }

    public void Dispose() => _socket.Dispose();

    // A token's JSON ends in "}", and none of its strings contain that character.
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        if (answer.Length < 12 || answer[^1] != '}')
        {
            return false;
        }

        return answer.StartsWith("HTTP/1.1 200"u8) ? true : throw new InvalidDataException(Encoding.ASCII.GetString(answer));
    }
}
