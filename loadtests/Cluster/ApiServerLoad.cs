using ImdsProxy.TestKit.FakeKubernetes;

namespace ImdsProxy.LoadTests.Cluster;

/// <summary>The load on the API server so far, and the difference between two points in time.</summary>
/// <param name="Lists">The number of LIST requests.</param>
/// <param name="Watches">The number of WATCH requests.</param>
/// <param name="Sent">The bytes sent to the server.</param>
/// <param name="Received">The bytes received from the server.</param>
internal readonly record struct ApiServerLoad(int Lists, int Watches, long Sent, long Received)
{
    public static ApiServerLoad Of(FakeApiServer server, CountingRelay relay) =>
        new(server.Count("list"), server.Count("watch"), relay.Sent, relay.Received);

    public static ApiServerLoad operator -(ApiServerLoad later, ApiServerLoad earlier) => new(
        later.Lists - earlier.Lists, later.Watches - earlier.Watches, later.Sent - earlier.Sent, later.Received - earlier.Received);

    public override string ToString() => $"{Lists} lists, {Watches} watches, {Sent / 1024d:0.0} KiB to the server, {Received / 1024d:0.0} KiB from it";
}
