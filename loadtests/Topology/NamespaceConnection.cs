using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.LoadTests.Sharing;

namespace ImdsProxy.LoadTests.Topology;

/// <summary>A connection from one of the namespaces, for a few requests only.</summary>
internal sealed class NamespaceConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly string _host;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private NamespaceConnection(Socket socket, string host) => (_socket, _host) = (socket, host);

    /// <exception cref="SocketException">The port is closed.</exception>
    public static async Task<NamespaceConnection> OpenAsync(NetworkSpace from, string address, int port)
    {
        var socket = await NamespaceSocket.OpenAsync(from);
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port);
            return new NamespaceConnection(socket, address);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a GET and returns the status and body of the response.</summary>
    /// <exception cref="IOException">The server closed the connection.</exception>
    public async Task<(int Status, string Body)> AskAsync(string target)
    {
        await _socket.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {_host}\r\nMetadata: true\r\n\r\n"), SocketFlags.None);
        var length = 0;
        while (!PodConnection.IsWhole(_buffer.AsSpan(0, length)))
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(length), SocketFlags.None);
            length += read > 0 ? read : throw new IOException("the server closed");
        }

        var answer = Encoding.ASCII.GetString(_buffer, 0, length);
        return (int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture), answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    public void Dispose() => _socket.Dispose();
}
