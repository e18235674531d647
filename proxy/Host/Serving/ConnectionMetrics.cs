using ImdsProxy.Listen;
using ImdsProxy.Metrics;

namespace ImdsProxy.Serving;

/// <summary>Counts the data listener's connections.</summary>
internal sealed class ConnectionMetrics(ProxyMetrics metrics) : IConnectionObserver
{
    public void Opened() => metrics.ConnectionOpened();

    public void Closed() => metrics.ConnectionClosed();

    public void Refused(ConnectionRefusal why) => metrics.ConnectionRefused(why switch
    {
        ConnectionRefusal.NotRedirected => "not-redirected",
        ConnectionRefusal.TotalLimit => "total-limit",
        ConnectionRefusal.Displaced => "displaced",
        ConnectionRefusal.SlowReader => "slow-reader",
        ConnectionRefusal.NodeLimit => "node-limit",
        ConnectionRefusal.Loop => "loop",
        _ => "caller-limit",
    });
}
