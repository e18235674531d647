using ImdsProxy.FakeImds;

namespace ImdsProxy.LoadTests.Serving;

/// <c>first-requests PUBLISH-DIR</c>: measures the published proxy's start, its first requests, and its memory after 100,000 requests.
internal static class FirstRequests
{
    private const int Starts = 7;
    private const int First = 100;
    private const int Many = 100_000;
    private const int Connections = 8;

    public static async Task<int> RunAsync(string[] args)
    {
        var publish = Path.GetFullPath(args is [var directory] ? directory : "artifacts/publish");
        await using var imds = await FakeImdsServer.StartAsync(new FakeImdsOptions { RememberedRequests = 0 });
        await WarmAsync(imds);
        for (var start = 1; start <= Starts; start++)
        {
            await using var proxy = await PublishedProxy.StartAsync(publish, imds.Address);
            var idle = proxy.ResidentMegabytes;
            var first = await FirstAsync(proxy);
            await Console.Out.WriteLineAsync(
                $"start {start}: listens after {proxy.Started.TotalMilliseconds:0} ms; first request {first[0].TotalMilliseconds:0.0} ms, second {first[1].TotalMilliseconds:0.0} ms, slowest of {First} {first.Max().TotalMilliseconds:0.0} ms; {idle:0.0} MB idle");
            if (start == Starts)
            {
                await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => ManyAsync(proxy)));
                await Console.Out.WriteLineAsync($"after {Many:n0} tokens over {Connections} connections: {proxy.ResidentMegabytes:0.0} MB");
            }
        }

        return 0;
    }

    // The fake IMDS's slow first response must not count as the proxy's.
    private static async Task WarmAsync(FakeImdsServer imds)
    {
        using var loop = new RequestLoop();
        await loop.ConnectAsync(imds.Endpoint);
        for (var i = 0; i < First; i++)
        {
            await loop.AskAsync();
        }
    }

    private static async Task<List<TimeSpan>> FirstAsync(PublishedProxy proxy)
    {
        using var loop = new RequestLoop();
        await loop.ConnectAsync(proxy.EndPoint);
        var took = new List<TimeSpan>(First);
        for (var i = 0; i < First; i++)
        {
            took.Add(await loop.AskAsync());
        }

        return took;
    }

    private static async Task ManyAsync(PublishedProxy proxy)
    {
        using var loop = new RequestLoop();
        await loop.ConnectAsync(proxy.EndPoint);
        for (var i = 0; i < Many / Connections; i++)
        {
            await loop.AskAsync();
        }
    }
}
