using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Watching;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>The metric about Azure's Guest Proxy Agent follows what each look finds.</summary>
public sealed class AgentWatchTests
{
    private readonly MetricsRegistry _registry = new();
    private readonly ScriptedTime _time = new();
    private readonly Queue<bool?> _finds = new();
    private int _looks;

    [Fact]
    public async Task AgentWatch_WithEachLook_SetsTheMetric()
    {
        using var stop = new CancellationTokenSource();
        _finds.Enqueue(true);
        var running = new AgentWatch(Services(), LookAsync).RunAsync(stop.Token);

        await ShowsAsync(1, "1");
        await LookAgainAsync(null, 2, "1");
        await LookAgainAsync(false, 3, "0");

        await stop.CancelAsync();
        await running;
    }

    private async Task LookAgainAsync(bool? find, int looks, string value)
    {
        _finds.Enqueue(find);
        await Eventually.HoldsAsync(() =>
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            return Volatile.Read(ref _looks) >= looks;
        });
        await ShowsAsync(looks, value);
    }

    private Task<bool?> LookAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _looks);
        return Task.FromResult(_finds.TryDequeue(out var find) ? find : null);
    }

    private Task ShowsAsync(int looks, string value) => Eventually.HoldsAsync(async () =>
    {
        using var text = new MemoryStream();
        await _registry.WriteAsync(text, CancellationToken.None);
        return Volatile.Read(ref _looks) >= looks && System.Text.Encoding.UTF8.GetString(text.ToArray()).Contains($"\nimds_proxy_redirect_guest_proxy_agent {value}\n", StringComparison.Ordinal);
    });

    private RedirectServices Services() => new(
        static (_, _, _, _) => throw new InvalidOperationException("nothing may run"),
        static (_, _) => true,
        static _ => Task.FromResult<IReadOnlyDictionary<string, string>?>(null),
        static _ => ValueTask.CompletedTask,
        _time,
        NullLogger.Instance,
        new RedirectMetrics(_registry.Factory),
        new HostPodsMetrics(new MetricsRegistry().Factory));
}
