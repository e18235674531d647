using System.Globalization;
using ImdsProxy.LoadTests.Peers;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Upstream;

/// <summary>The stub's process, listening at IMDS's address.</summary>
internal sealed class RunningStub : IDisposable
{
    private readonly PeerProcess _process;
    private readonly NamespaceConnection _control;

    private RunningStub(PeerProcess process, NamespaceConnection control) => (_process, _control) = (process, control);

    public static async Task<RunningStub> StartAsync(NodeTopology topology)
    {
        // Runs continuations on the thread that waits for sockets, which avoids a thread switch for each.
        var process = PeerProcess.Start(
            topology.ImdsHost,
            ["env", "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1", .. OwnProgram.Command("imds-stub", $"{NodeTopology.Imds}:80")]);
        await process.ListensAsync(topology.Node, NodeTopology.Imds, 80);
        return new RunningStub(process, await NamespaceConnection.OpenAsync(topology.Node, NodeTopology.Imds, 80));
    }

    /// <summary>Returns the number of requests that have reached the stub.</summary>
    public async Task<long> AskedAsync() => long.Parse((await _control.AskAsync("/_count")).Body, CultureInfo.InvariantCulture);

    /// <summary>Delays every response by this many milliseconds.</summary>
    public Task SetLatencyAsync(int milliseconds) => _control.AskAsync($"/_latency/{milliseconds}");

    public void Dispose()
    {
        _control.Dispose();
        _process.Dispose();
    }
}
