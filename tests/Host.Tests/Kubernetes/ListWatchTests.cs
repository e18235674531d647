using System.Globalization;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Kubernetes;

public sealed class ListWatchTests
{
    [Fact]
    public async Task ListWatch_OfANode_FollowsItsPodsOverTls()
    {
        await using var server = await FakeApiServer.StartAsync();
        server.Cluster.Put("pods", FakePods.Pod("a", "10.0.0.1"));
        server.Cluster.Put("pods", FakePods.Pod("elsewhere", "10.0.9.9", node: "node-2"));
        await using var recording = new Recording(server);
        await Eventually.HoldsAsync(() => server.OpenWatches == 1);

        server.Cluster.Put("pods", FakePods.Pod("b", "10.0.0.2"));
        server.Cluster.Remove("pods", "default", "a");

        await Eventually.HoldsAsync(() => recording.Told.Contains("delete a", StringComparer.Ordinal));
        recording.Told.ShouldBe(["replace 1", "upsert b", "delete a"]);
        recording.Pods["b"].Status.PodIPs!.ShouldHaveSingleItem().Ip.ShouldBe("10.0.0.2");
    }

    [Fact]
    public async Task FirstList_IsServedFromTheServersCacheAndUncompressed()
    {
        await using var server = await FakeApiServer.StartAsync();
        await using var recording = new Recording(server);
        await Eventually.HoldsAsync(() => server.OpenWatches == 1);

        var list = server.Requests.First();
        list.Query["resourceVersion"].ShouldBe("0");
        list.Query["fieldSelector"].ShouldBe("spec.nodeName=node-1");
        list.AcceptEncoding.ShouldBeEmpty();
        var watch = server.Requests.Last();
        watch.Query["allowWatchBookmarks"].ShouldBe("true");
        watch.Query["resourceVersion"].ShouldBe(server.Cluster.Revision.ToString(CultureInfo.InvariantCulture));
        int.Parse(watch.Query["timeoutSeconds"], CultureInfo.InvariantCulture).ShouldBeInRange(45, 55);
    }

    [Fact]
    public async Task List_InPages_IsReadWhole()
    {
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { MostPerPage = 3, PagesCachedLists = true });
        for (var i = 0; i < 10; i++)
        {
            server.Cluster.Put("pods", FakePods.Pod($"p{i}", $"10.0.0.{i}"));
        }

        await using var recording = new Recording(server);

        await Eventually.HoldsAsync(() => recording.Pods.Count == 10);
        server.Count("list").ShouldBe(4);
    }

    [Fact]
    public async Task List_WhosePagesExpire_IsRestartedWithoutPages()
    {
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { MostPerPage = 3, PagesCachedLists = true });
        for (var i = 0; i < 4; i++)
        {
            server.Cluster.Put("pods", FakePods.Pod($"p{i}", $"10.0.0.{i}"));
        }

        server.Next("list", new FakeFault.None());
        server.Next("list", new FakeFault.Status(410, "Expired"));
        server.Next("list", new FakeFault.None());
        server.Next("list", new FakeFault.Status(410, "Expired"));
        await using var recording = new Recording(server);

        await Eventually.HoldsAsync(() => recording.Pods.Count == 4);
        var last = server.Requests.Last(request => request.Operation == "list");
        last.Query.ContainsKey("limit").ShouldBeFalse();
        last.Query.ContainsKey("resourceVersion").ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_Expired_RelistsAndFindsMissedDeletes(bool asErrorEvent)
    {
        await using var server = await FakeApiServer.StartAsync();
        server.Cluster.Put("pods", FakePods.Pod("stays", "10.0.0.1"));
        server.Cluster.Put("pods", FakePods.Pod("goes", "10.0.0.2"));
        server.Next("watch", asErrorEvent ? new FakeFault.ExpireAfter(0) : new FakeFault.Status(410, "Expired"));
        server.Next("list", new FakeFault.None());
        server.Next("list", new FakeFault.Status(503, "ServiceUnavailable"));
        await using var recording = new Recording(server);
        await Eventually.HoldsAsync(() => server.Count("list") == 2);

        // While the server can't be listed, no pod is forgotten.
        recording.Pods.Count.ShouldBe(2);
        server.Cluster.Remove("pods", "default", "goes");
        server.Cluster.Compact();

        await Eventually.HoldsAsync(() => recording.Pods.Count == 1);
        recording.Pods.ShouldContainKey("stays");
        recording.Told.ShouldBe(["replace 2", "replace 1"]);
        server.Requests.Last(request => request.Operation == "list").Query["resourceVersionMatch"].ShouldBe("NotOlderThan");
    }

    [Fact]
    public async Task Watch_ExpiredDuringAnOutage_RelistsWithoutAnotherDelay()
    {
        var time = new ScriptedTime();
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false, Time = time });
        server.Next("watch", new FakeFault.Drop());
        server.Next("watch", new FakeFault.Drop());
        server.Next("watch", new FakeFault.Status(410, "Expired"));
        await using var recording = new Recording(server, time);
        for (var watches = 1; watches <= 2; watches++)
        {
            var failures = watches;
            await Eventually.HoldsAsync(() => server.Count("watch") == failures && recording.Health.Failure is not null && time.Waiting > 0);
            await Eventually.HoldsAsync(() =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return server.Count("watch") > failures;
            });
        }

        // The clock stands still from here on.
        await Eventually.HoldsAsync(() => server.Count("list") == 2 && server.OpenWatches == 1);
    }

    [Fact]
    public async Task Watch_OfAClusterRestoredFromABackup_FollowsIt()
    {
        var port = 0;
        await using (var before = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false, Token = null }))
        {
            port = before.Address.Port;
            before.Cluster.Elsewhere(100_000);
            before.Cluster.Put("pods", FakePods.Pod("lost", "10.0.0.1"));
            await using var recording = new Recording(before);
            await Eventually.HoldsAsync(() => before.OpenWatches == 1);
            await before.DisposeAsync();
            await using var after = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false, Token = null, Port = port });
            after.Cluster.Put("pods", FakePods.Pod("kept", "10.0.0.2"));

            await Eventually.HoldsAsync(() => recording.Pods.ContainsKey("kept"), TimeSpan.FromSeconds(20));
            recording.Pods.ShouldNotContainKey("lost");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task Watch_WhoseLinesArriveInPieces_IsReadCorrectly(int bytes)
    {
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false });
        server.Next("watch", new FakeFault.Split(bytes));
        await using var recording = new Recording(server);
        await Eventually.HoldsAsync(() => server.OpenWatches == 1);

        server.Cluster.Put("pods", FakePods.Pod("a", "10.0.0.1"));
        server.Cluster.Put("pods", FakePods.Pod("b", "10.0.0.2", padding: bytes > 1000 ? 200_000 : 10));

        await Eventually.HoldsAsync(() => recording.Pods.Count == 2);
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task Watch_ThatBreaks_ResumesWithoutAList(string name)
    {
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false });
        server.Next("watch", BreakFaults[name]);
        await using var recording = new Recording(server);
        await Eventually.HoldsAsync(() => recording.Health.IsSynced);
        server.Cluster.Put("pods", FakePods.Pod("a", "10.0.0.1"));

        await Eventually.HoldsAsync(() => server.Count("watch") > 1);
        server.Cluster.Put("pods", FakePods.Pod("b", "10.0.0.2"));

        await Eventually.HoldsAsync(() => recording.Pods.Count == 2);
        server.Count("list").ShouldBe(1);
        recording.Told.Count(told => told == "upsert a").ShouldBe(1);
    }

    public static TheoryData<string> Breaks => [.. BreakFaults.Keys];

    private static readonly Dictionary<string, FakeFault> BreakFaults = new(StringComparer.Ordinal)
    {
        ["reset before an answer"] = new FakeFault.Drop(),
        ["reset after an event"] = new FakeFault.DropAfter(1),
        ["reset in the middle of a line"] = new FakeFault.DropAfter(1, HalfLine: true),
        ["ended after an event"] = new FakeFault.EndAfter(1),
        ["too many requests"] = new FakeFault.Status(429, "TooManyRequests", 1),
        ["internal error"] = new FakeFault.Status(500, "InternalError"),
    };

    [Fact]
    public async Task Watch_WithInvalidEvents_Relists()
    {
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false });
        server.Next("watch", new FakeFault.GarbageAfter(0));
        await using var recording = new Recording(server);

        server.Cluster.Put("pods", FakePods.Pod("a", "10.0.0.1"));

        await Eventually.HoldsAsync(() => recording.Pods.Count == 1 && server.OpenWatches == 1);
    }

    [Fact]
    public async Task Watch_ThatWentSilent_IsReopenedWithin60Seconds()
    {
        var time = new ScriptedTime();
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false, Time = time });
        server.Next("watch", new FakeFault.Silence(AfterEvents: 1));
        await using var recording = new Recording(server, time);
        await Eventually.HoldsAsync(() => server.OpenWatches == 1);
        server.Cluster.Put("pods", FakePods.Pod("old", "10.0.0.1"));
        // The silence begins when the client has read this event.
        await Eventually.HoldsAsync(() => recording.Pods.ContainsKey("old"));
        server.Cluster.Put("pods", FakePods.Pod("new", "10.0.0.2"));

        time.Advance(TimeSpan.FromSeconds(59.9));
        recording.Health.Failure.ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(0.1));
        await Eventually.HoldsAsync(() => recording.Health.Failure is not null);
        recording.Health.Failure!.ShouldContain("received nothing for 60 s");
        recording.Health.Staleness!.Value.ShouldBe(TimeSpan.FromSeconds(60));

        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return recording.Pods.ContainsKey("new");
        });
    }

    [Fact]
    public async Task QuietWatch_LearnsTheResourceVersionBeforeTheWatchdogFires()
    {
        var time = new ScriptedTime();
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false, Time = time });
        await using var recording = new Recording(server, time);
        for (var watches = 1; watches <= 10; watches++)
        {
            // The timers of this watch: the client's watchdog, and the server's end, last bookmark and regular bookmark.
            await Eventually.HoldsAsync(() => server.Count("watch") == watches && server.OpenWatches == 1 && time.Waiting == 4);
            var lifetime = TimeSpan.FromSeconds(int.Parse(server.Requests.Last().Query["timeoutSeconds"], CultureInfo.InvariantCulture));
            lifetime.TotalSeconds.ShouldBeGreaterThan(30, "watches that are opened more often burden the API server");
            server.Cluster.Elsewhere(1000);
            server.Cluster.Wake();
            var revision = server.Cluster.Revision.ToString(CultureInfo.InvariantCulture);

            time.Advance(lifetime - TimeSpan.FromSeconds(2));
            await Eventually.HoldsAsync(() => recording.Version == revision);
            time.Advance(TimeSpan.FromSeconds(2));
        }

        await Eventually.HoldsAsync(() => server.Count("watch") == 11);
        recording.Health.Failure.ShouldBeNull();
        server.Count("list").ShouldBe(1);
    }

    [Fact]
    public async Task RotatedToken_IsReadAgainAtOnce()
    {
        await using var server = await FakeApiServer.StartAsync();
        server.Next("watch", new FakeFault.EndAfter(1));
        await using var recording = new Recording(server);
        await Eventually.HoldsAsync(() => server.OpenWatches == 1);
        server.Token = "second-token";
        await File.WriteAllTextAsync(server.TokenFile, "second-token");

        server.Cluster.Put("pods", FakePods.Pod("a", "10.0.0.1"));
        await Eventually.HoldsAsync(() => server.Count("watch") >= 3);
        server.Cluster.Put("pods", FakePods.Pod("b", "10.0.0.2"));

        await Eventually.HoldsAsync(() => recording.Pods.Count == 2);
    }

    [Fact]
    public async Task Forbidden_NamesVerbAndResource()
    {
        await using var server = await FakeApiServer.StartAsync();
        server.Next("list", new FakeFault.Status(403, "Forbidden"));
        await using var recording = new Recording(server);

        await Eventually.HoldsAsync(() => recording.Health.Failure?.Contains("403", StringComparison.Ordinal) == true || recording.Health.Failure?.Contains("RBAC", StringComparison.Ordinal) == true);

        recording.Health.Failure!.ShouldContain("grant the verb \"list\" on the resource \"pods\"");
        recording.Health.Failure!.ShouldNotContain("first-token");
    }

    [Fact]
    public async Task TooManyRequests_IsRetriedAfterTheServersDelay()
    {
        var time = new ScriptedTime();
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false });
        server.Next("list", new FakeFault.Status(429, "TooManyRequests", 30));
        await using var recording = new Recording(server, time);
        await Eventually.HoldsAsync(() => recording.Health.Failure?.Contains("429", StringComparison.Ordinal) == true && time.Waiting == 1);

        time.Advance(TimeSpan.FromSeconds(29.9));
        server.Count("list").ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(2));

        await Eventually.HoldsAsync(() => server.Count("list") == 2);
    }

    [Theory]
    [InlineData("wrong authority", "is not trusted by the CA file")]
    [InlineData("wrong name", "is for another name")]
    [InlineData("no file", "cannot be read")]
    public async Task Tls_WithAWrongCertificate_NamesTheCaFile(string fault, string expected)
    {
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions
        {
            CertificateName = fault == "wrong name" ? "kubernetes.default" : "localhost",
            CertificateHasLoopback = fault != "wrong name",
        });
        switch (fault)
        {
            case "wrong authority":
                using (var other = new FakeAuthority("someone-else"))
                {
                    await File.WriteAllTextAsync(server.CaFile, other.Pem);
                }

                break;
            case "no file":
                File.Delete(server.CaFile);
                break;
        }

        await using var recording = new Recording(server);
        await Eventually.HoldsAsync(() => recording.Health.Failure?.Contains("unreachable", StringComparison.Ordinal) == true);

        recording.Health.Failure!.ShouldContain(expected);
        recording.Health.Failure!.ShouldContain(fault == "wrong name" ? "kubernetes.default" : server.CaFile);
        server.Requests.ShouldBeEmpty();
    }
}
