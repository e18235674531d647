using ImdsProxy.Listen;
using ImdsProxy.Operate;

namespace ImdsProxy.Commands.Serve;

/// <summary>Counts the data listener's connections.</summary>
internal sealed class ConnectionMetrics(ProxyMetrics metrics) : IConnectionObserver
{
    public void Opened() => metrics.ConnectionOpened();

    public void Closed() => metrics.ConnectionClosed();

    public void Refused() => metrics.ConnectionRefused("caller-limit");
}
