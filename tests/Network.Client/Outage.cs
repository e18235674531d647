using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.Network.Client;

/// <summary>
/// Asks again and again, each time on a new connection. For each input line, prints how many requests were answered and failed,
/// the longest time without an answer, and the longest time between two answers that hold a mark. At the line <c>reset</c>, it
/// starts over after that.
/// </summary>
internal sealed class Outage(IPEndPoint endPoint, string path, TimeSpan patience, string mark)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private int _answered;
    private int _marked;
    private TimeSpan _longestSilence;
    private TimeSpan _longestUnmarked;
    private long _lastAnswer = Stopwatch.GetTimestamp();
    private long _lastMarked = Stopwatch.GetTimestamp();

    public static async Task<int> RunAsync(IPEndPoint endPoint, string path, int patienceMilliseconds, string mark)
    {
        var outage = new Outage(endPoint, path, TimeSpan.FromMilliseconds(patienceMilliseconds), mark);
        using var end = new CancellationTokenSource();
        var running = outage.WorkAsync(end.Token);
        Console.WriteLine("running");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Console.WriteLine(outage.Report(reset: line == "reset"));
        }

        await end.CancelAsync();
        await running;
        return 0;
    }

    private string Report(bool reset)
    {
        lock (_gate)
        {
            var failures = string.Join(", ", _failures.Select(f => $"{f.Value} {f.Key}"));
            var text = string.Create(CultureInfo.InvariantCulture, $"answered {_answered}; marked {_marked}; silent {Milliseconds(_longestSilence)} ms; unmarked {Milliseconds(_longestUnmarked)} ms; failed {_failures.Values.Sum()}: {failures}");
            if (reset)
            {
                _failures.Clear();
                (_answered, _marked, _longestSilence, _longestUnmarked) = (0, 0, TimeSpan.Zero, TimeSpan.Zero);
            }

            return text;
        }
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private async Task WorkAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                Answered(await AskAsync());
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                Failed($"{e.GetType().Name}: {e.Message}");
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    private void Answered(string answer)
    {
        lock (_gate)
        {
            _answered++;
            var silence = Stopwatch.GetElapsedTime(_lastAnswer);
            _longestSilence = silence > _longestSilence ? silence : _longestSilence;
            _lastAnswer = Stopwatch.GetTimestamp();
            if (answer.Contains(mark, StringComparison.Ordinal))
            {
                _marked++;
                var unmarked = Stopwatch.GetElapsedTime(_lastMarked);
                _longestUnmarked = unmarked > _longestUnmarked ? unmarked : _longestUnmarked;
                _lastMarked = Stopwatch.GetTimestamp();
            }
        }
    }

    private void Failed(string why)
    {
        lock (_gate)
        {
            _failures[why] = _failures.GetValueOrDefault(why) + 1;
        }
    }

    private async Task<string> AskAsync()
    {
        using var limit = new CancellationTokenSource(patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint, limit.Token);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {endPoint.Address}\r\nMetadata: true\r\nConnection: close\r\n\r\n"), SocketFlags.None, limit.Token);
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        for (var length = -1; length != 0;)
        {
            length = await socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token);
            answer.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        var text = answer.ToString();
        return text.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) ? text : throw new IOException(text.Split('\r')[0]);
    }
}
