namespace ImdsProxy.LoadTests.Peers;

/// <summary>Something that stands between the pod and IMDS, or nothing.</summary>
/// <param name="Name">For the tables.</param>
/// <param name="Port">Where it listens on the node; null for nothing.</param>
/// <param name="Process">Its process; null for nothing.</param>
internal sealed record Peer(string Name, int? Port, PeerProcess? Process) : IDisposable
{
    public const string NoProxyName = "no proxy";

    /// <summary>The node forwards, and that is all.</summary>
    public static Peer NoProxy { get; } = new(NoProxyName, null, null);

    public void Dispose() => Process?.Dispose();
}
