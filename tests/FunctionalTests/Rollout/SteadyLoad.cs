using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Rollout;

/// <summary>
/// Pods that send requests without a pause, half of them over a connection that they keep as long as the server allows. No
/// request is retried.
/// </summary>
internal sealed class SteadyLoad
{
    private const int Workers = 6;

    private readonly IPEndPoint _server;
    private readonly ConcurrentBag<string> _outcomes = [];
    private readonly List<Task> _running;
    private volatile bool _ending;

    public SteadyLoad(IPEndPoint server)
    {
        _server = server;
        _running = [.. Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(keep: worker % 2 == 0)))];
    }

    public int Count => _outcomes.Count;

    /// <summary>Waits for this many more responses.</summary>
    public Task MoreAsync(int answers)
    {
        var wanted = Count + answers;
        return Eventually.HoldsAsync(() => Count >= wanted, TimeSpan.FromSeconds(30));
    }

    /// <summary>Ends the load and returns the kinds of outcomes.</summary>
    public async Task<IReadOnlyCollection<string>> EndAsync()
    {
        _ending = true;
        await Task.WhenAll(_running);
        return [.. _outcomes.Distinct(StringComparer.Ordinal)];
    }

    private async Task WorkAsync(bool keep)
    {
        RawConnection? kept = null;
        while (!_ending)
        {
            try
            {
                var connection = kept ?? await RawConnection.ConnectAsync(_server);
                var answer = await connection.ExchangeAsync(RawRequest.Get(RolloutScene.Location));
                _outcomes.Add(answer is null ? "closed without an answer" : $"{answer.Status}");
                kept = keep && answer is not null && answer.Header("Connection") != "close" ? connection : null;
                if (kept is null)
                {
                    await connection.DisposeAsync();
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                _outcomes.Add($"failed: {e.Message}");
                kept = null;
            }

            // Limits the load to about 600 requests per second.
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        if (kept is not null)
        {
            await kept.DisposeAsync();
        }
    }
}
