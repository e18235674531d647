using ImdsProxy.TestKit.FakeKubernetes;

namespace ImdsProxy.LoadTests.Cluster;

/// <summary>What the API server has been asked so far, and what can be said between two moments.</summary>
/// <param name="Lists">LIST requests.</param>
/// <param name="Watches">WATCH requests.</param>
/// <param name="Sent">Bytes to the server.</param>
/// <param name="Received">Bytes from the server.</param>
internal readonly record struct ApiServerLoad(int Lists, int Watches, long Sent, long Received)
{
    public static ApiServerLoad Of(FakeApiServer server, CountingRelay relay) =>
        new(server.Count("list"), server.Count("watch"), relay.Sent, relay.Received);

    public static ApiServerLoad operator -(ApiServerLoad later, ApiServerLoad earlier) => new(
        later.Lists - earlier.Lists, later.Watches - earlier.Watches, later.Sent - earlier.Sent, later.Received - earlier.Received);

    public override string ToString() => $"{Lists} lists, {Watches} watches, {Sent / 1024d:0.0} KiB to the server, {Received / 1024d:0.0} KiB from it";
}
