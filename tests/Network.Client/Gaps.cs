using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.Network.Client;

/// <summary>
/// A steady load that reports its longest gap. Every second worker keeps its connection while it can; the others connect for
/// each request. A failed request is retried at once. For each input line, it waits until every worker has had another answer,
/// prints the longest time that a worker was without an answer since the last line, and starts over.
/// </summary>
internal sealed class Gaps(IPEndPoint endPoint, string path, int workers)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<int, long> _answers = new();
    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly Lock _raising = new();
    private (long Milliseconds, string Connection) _longest;

    public static async Task<int> RunAsync(IPEndPoint endPoint, string path, int workers)
    {
        var gaps = new Gaps(endPoint, path, workers);
        using var end = new CancellationTokenSource();
        var running = Enumerable.Range(0, workers).Select(i => gaps.WorkAsync(i, end.Token)).ToArray();
        Console.WriteLine("running");
        while (await Console.In.ReadLineAsync() is not null)
        {
            await gaps.EachAnsweredAsync();
            var (longest, connection) = gaps.TakeLongest();
            var failures = string.Join(", ", gaps._failures.Select(f => $"{f.Value} {f.Key}"));
            gaps._failures.Clear();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"longest gap {longest} ms on a {connection}; failed: {failures}"));
        }

        await end.CancelAsync();
        await Task.WhenAll(running);
        return 0;
    }

    private async Task EachAnsweredAsync()
    {
        var line = Stopwatch.GetTimestamp();
        while (_answers.Count < workers || _answers.Values.Any(answer => answer < line))
        {
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private async Task WorkAsync(int worker, CancellationToken end)
    {
        Socket? socket = null;
        var last = Stopwatch.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            var again = false;
            try
            {
                socket ??= await ConnectAsync();
                again = await AskAsync(socket, keep: worker % 2 == 0);
                var gap = (long)Stopwatch.GetElapsedTime(last).TotalMilliseconds;
                last = Stopwatch.GetTimestamp();
                // The answer counts only after its gap does, so that no line reports the one without the other.
                Raise(gap, $"{(worker % 2 == 0 ? "kept" : "new")} connection from {socket.LocalEndPoint}");
                _answers[worker] = last;
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                _failures.AddOrUpdate($"{(worker % 2 == 0 ? "kept" : "new")}: {e.GetType().Name}: {e.Message}", 1, (_, count) => count + 1);
            }

            if (!again)
            {
                socket?.Dispose();
                socket = null;
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }

        socket?.Dispose();
    }

    private void Raise(long gap, string connection)
    {
        lock (_raising)
        {
            _longest = gap > _longest.Milliseconds ? (gap, connection) : _longest;
        }
    }

    private (long Milliseconds, string Connection) TakeLongest()
    {
        lock (_raising)
        {
            var longest = _longest;
            _longest = default;
            return longest;
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(endPoint, patience.Token);
        return socket;
    }

    // Returns whether the connection can be reused. The answer is small, so it arrives in one or two segments.
    private async Task<bool> AskAsync(Socket socket, bool keep)
    {
        using var patience = new CancellationTokenSource(Patience);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n{(keep ? "" : "Connection: close\r\n")}\r\n"), SocketFlags.None, patience.Token);
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        while (!answer.ToString().Contains("]}", StringComparison.Ordinal))
        {
            var length = await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token);
            if (length == 0)
            {
                throw new IOException($"closed after {answer.Length} bytes");
            }

            answer.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        var text = answer.ToString();
        return text.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal)
            ? keep && text.Contains("Content-Length:", StringComparison.OrdinalIgnoreCase) && !text.Contains("Connection: close", StringComparison.OrdinalIgnoreCase)
            : throw new IOException(text.Split('\r')[0]);
    }
}
