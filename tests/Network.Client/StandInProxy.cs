using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.Network.Client;

/// <summary>
/// Stands in for a proxy with <c>--host-pods</c>: it answers the probe of <c>redirect watch</c>, and every other request with a
/// mark. Each input line becomes its answer to the probe; it starts with <c>ready</c>. At <c>drain</c> it ends as the proxy does:
/// it says that it drains, and closes the listener a moment after the probe has heard it.
/// </summary>
internal sealed class StandInProxy(TcpListener listener)
{
    private const string Mark = "stand-in proxy";

    // Longer than the proxy's 200 ms, because the machine may be busy.
    private static readonly TimeSpan AfterProbe = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource _heard = new();
    private volatile string _state = "ready";
    private int _open;

    public static async Task<int> RunAsync(IPEndPoint endPoint)
    {
        using var listener = new TcpListener(endPoint);
        listener.Start(512);
        var proxy = new StandInProxy(listener);
        _ = proxy.AcceptAsync();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "drain")
            {
                proxy._state = "draining";
                await proxy._heard.Task;
                await Task.Delay(AfterProbe, TimeProvider.System);
                listener.Stop();
                while (Volatile.Read(ref proxy._open) > 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
                }

                return 0;
            }

            proxy._state = line;
        }

        return 0;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var connection = await listener.AcceptSocketAsync();
            Interlocked.Increment(ref _open);
            _ = AnswerAsync(connection);
        }
    }

    private async Task AnswerAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var request = new byte[4096];
                var length = await connection.ReceiveAsync(request);
                var isProbe = Encoding.ASCII.GetString(request, 0, length).StartsWith("GET /.imds-proxy/host-pods ", StringComparison.Ordinal);
                await connection.SendAsync(Encoding.ASCII.GetBytes(isProbe ? Probe() : Answer("200 OK", Mark)));
                if (isProbe && _state == "draining")
                {
                    _heard.TrySetResult();
                }
            }
            catch (SocketException)
            {
                // The client has gone.
            }
        }

        Interlocked.Decrement(ref _open);
    }

    private string Probe() => _state == "ready" ? Answer("200 OK", "ready\n") : Answer("503 Service Unavailable", $"{_state}\n");

    private static string Answer(string status, string body) => $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
}
