namespace ImdsProxy.LoadTests.Peers;

/// <summary>A program between the pod and IMDS, or none.</summary>
/// <param name="Name">The name for tables.</param>
/// <param name="Port">The port on the node; null if there is no program.</param>
/// <param name="Process">The process; null if there is no program.</param>
internal sealed record Peer(string Name, int? Port, PeerProcess? Process) : IDisposable
{
    public const string NoProxyName = "no proxy";

    /// <summary>The node only forwards packets.</summary>
    public static Peer NoProxy { get; } = new(NoProxyName, null, null);

    public void Dispose() => Process?.Dispose();
}
