using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.LoadTests.Sharing;

/// <summary>A pod's connection. It sends one request at a time and has minimal overhead.</summary>
internal sealed class PodConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private PodConnection(Socket socket) => _socket = socket;

    public static async Task<PodConnection> OpenAsync(IPEndPoint server, IPAddress pod)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(pod, 0));
        await socket.ConnectAsync(server);
        return new PodConnection(socket);
    }

    public static byte[] Request(string target) => Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n\r\n");

    /// <summary>Sends a request and returns the status once the whole response has arrived.</summary>
    public async Task<int> AskAsync(byte[] request)
    {
        await _socket.SendAsync(request, SocketFlags.None);
        var length = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(length), SocketFlags.None);
            length += read;
            if (read == 0)
            {
                throw new IOException("the server closed");
            }

            if (IsWhole(_buffer.AsSpan(0, length)))
            {
                return int.Parse(Encoding.ASCII.GetString(_buffer, 9, 3), System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>Whether a response is complete.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        var at = answer.IndexOf("Content-Length: "u8);
        return System.Buffers.Text.Utf8Parser.TryParse(answer[(at + 16)..], out int length, out _) && answer.Length >= head + 4 + length;
    }

    public void Dispose() => _socket.Dispose();
}
