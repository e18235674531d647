using System.Net;

namespace ImdsProxy.LoadTests.Sharing;

/// <summary>
/// <c>herd</c>: 250 pods request the same token at once, with and without the proxy, while the fake IMDS enforces IMDS's
/// limits. Succeeds if all are served within a second through one request to IMDS.
/// </summary>
internal static class Herd
{
    private static readonly TimeSpan Goal = TimeSpan.FromSeconds(1);

    // The times at which SDKs retry after a 429, according to IMDS's documentation.
    private static readonly TimeSpan[] Tries =
        [TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(30)];

    public static async Task<int> RunAsync(string[] args)
    {
        await using var scene = await NodeScene.StartAsync();
        var proxied = await AskAllAsync(scene.Proxy.EndPoint, static _ => NodeScene.Token(0), shared: true);
        var asked = scene.Imds.Requests.Count;
        await Console.Out.WriteLineAsync($"through the proxy: {proxied.Served} of {NodeScene.Pods} pods served within {proxied.Last.TotalMilliseconds:0} ms, {proxied.Refused} times 429, {asked} requests to IMDS");
        if (args.Contains("--proxy-only", StringComparer.Ordinal))
        {
            return proxied.Served == NodeScene.Pods && asked == 1 && proxied.Last <= Goal ? 0 : 1;
        }

        scene.Imds.ClearRequests();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        var bare = await AskAllAsync(scene.Imds.Endpoint, static _ => NodeScene.Token(0), shared: false);
        await Console.Out.WriteLineAsync($"without it: {bare.Served} of {NodeScene.Pods} pods served, the last after {bare.Last.TotalSeconds:0.0} s, {bare.Refused} times 429, {scene.Imds.Requests.Count} requests to IMDS; {NodeScene.Pods - bare.Served} pods gave up after five tries");
        return proxied.Served == NodeScene.Pods && asked == 1 && proxied.Last <= Goal ? 0 : 1;
    }

    private static async Task<(int Served, int Refused, TimeSpan Last)> AskAllAsync(IPEndPoint server, Func<int, string> target, bool shared)
    {
        // Only pods of one team may use its identity, so through the proxy the herd consists of one team.
        var pods = Enumerable.Range(0, NodeScene.Pods).Select(pod => shared ? pod / NodeScene.Identities * NodeScene.Identities : pod).ToList();
        var connections = await Task.WhenAll(pods.Select(pod => PodConnection.OpenAsync(server, NodeScene.Pod(pod))));
        var began = TimeProvider.System.GetTimestamp();
        var results = await Task.WhenAll(connections.Select((connection, pod) => AskAsync(connection, PodConnection.Request(target(pod)), began)));
        foreach (var connection in connections)
        {
            connection.Dispose();
        }

        return (results.Count(result => result.Served is not null), results.Sum(result => result.Refused), results.Max(result => result.Served ?? TimeSpan.Zero));
    }

    private static async Task<(TimeSpan? Served, int Refused)> AskAsync(PodConnection connection, byte[] request, long began)
    {
        var refused = 0;
        foreach (var at in Tries)
        {
            var wait = at - TimeProvider.System.GetElapsedTime(began);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, TimeProvider.System);
            if (await connection.AskAsync(request) == 200)
            {
                return (TimeProvider.System.GetElapsedTime(began), refused);
            }

            refused++;
        }

        return (null, refused);
    }
}
