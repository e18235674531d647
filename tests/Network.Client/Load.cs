using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.Network.Client;

/// <summary>
/// A steady load until an input line arrives. Every second worker connects for each request; the others keep their connections
/// until the server announces that it will close them. Prints how many answers of each kind arrived, and every failure.
/// </summary>
internal sealed class Load(IPEndPoint endPoint, string path)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, int> _outcomes = new(StringComparer.Ordinal);

    public static async Task<int> RunAsync(IPEndPoint endPoint, string path, int workers)
    {
        var load = new Load(endPoint, path);
        using var end = new CancellationTokenSource();
        var running = Enumerable.Range(0, workers).Select(i => load.WorkAsync(keep: i % 2 == 0, end.Token)).ToArray();
        Console.WriteLine("running");
        await Console.In.ReadLineAsync();
        await end.CancelAsync();
        await Task.WhenAll(running);
        foreach (var (outcome, count) in load._outcomes.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} {outcome}"));
        }

        Console.WriteLine("done");
        return 0;
    }

    private async Task WorkAsync(bool keep, CancellationToken end)
    {
        Socket? socket = null;
        while (!end.IsCancellationRequested)
        {
            string outcome;
            var again = false;
            try
            {
                socket ??= await ConnectAsync();
                (outcome, again) = await AskAsync(socket, keep);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                outcome = $"failed: {e.GetType().Name}: {e.Message}";
            }

            _outcomes.AddOrUpdate(outcome, 1, (_, count) => count + 1);
            if (!again)
            {
                socket?.Dispose();
                socket = null;
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }

        socket?.Dispose();
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(endPoint, patience.Token);
        return socket;
    }

    private async Task<(string Outcome, bool Again)> AskAsync(Socket socket, bool keep)
    {
        using var patience = new CancellationTokenSource(Patience);
        var request = $"GET {path} HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n{(keep ? "" : "Connection: close\r\n")}\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), SocketFlags.None, patience.Token);
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        while (!IsWhole(answer.ToString()))
        {
            var length = await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token);
            if (length == 0)
            {
                return ($"failed: closed after {answer.Length} bytes", false);
            }

            answer.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        var text = answer.ToString();
        return (text.Split(' ')[1], keep && !text.Contains("Connection: close", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsWhole(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        const string Header = "content-length:";
        var at = answer.IndexOf(Header, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && at < end
            ? answer.Length - end - 4 >= int.Parse(answer.AsSpan(at + Header.Length, answer.IndexOf('\r', at) - at - Header.Length), CultureInfo.InvariantCulture)
            : answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
    }
}
