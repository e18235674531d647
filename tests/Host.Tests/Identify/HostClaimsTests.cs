using ImdsProxy.Core.Callers;
using ImdsProxy.Identify;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.Serving.Cluster;
using Shouldly;
using Xunit;
using static ImdsProxy.Host.Tests.Identify.IndexedPods;

namespace ImdsProxy.Host.Tests.Identify;

/// <summary>Pods in the node's network are found by the UID in their cgroups.</summary>
public sealed class HostClaimsTests
{
    public static TheoryData<string, object, string, string> Claims => new()
    {
        { "a pod on hostNetwork", new[] { Pod("a", "10.0.0.4", hostNetwork: true) }, "a", "a" },
        { "a pod that entered the node's network", new[] { Pod("a", "10.244.0.1") }, "a", "a" },
        { "a pod without an address yet", new[] { Pod("a", null, hostNetwork: true) }, "a", "a" },
        { "a pod that is being deleted", new[] { Pod("a", "10.0.0.4", hostNetwork: true, deleting: true) }, "a", "a" },
        { "a finished pod", new[] { Pod("a", "10.0.0.4", hostNetwork: true, finished: true) }, "a", "unknown" },
        { "another pod", new[] { Pod("a", "10.0.0.4", hostNetwork: true) }, "b", "unknown" },
        { "a static pod, by its mirror", new[] { Pod("mirror", "10.0.0.4", hostNetwork: true, staticUid: "hash") }, "hash", "mirror" },
        { "a static pod, by its mirror's own UID", new[] { Pod("mirror", "10.0.0.4", hostNetwork: true, staticUid: "hash") }, "mirror", "mirror" },
        { "two mirrors of one hash", new[] { Pod("m1", null, staticUid: "hash"), Pod("m2", null, staticUid: "hash") }, "hash", "ambiguous" },
        { "a finished mirror beside a live one", new[] { Pod("m1", null, staticUid: "hash", finished: true), Pod("m2", null, staticUid: "hash") }, "hash", "m2" },

        // Whoever can create pods can set annotations. They never change who a pod with that UID is.
        { "a pod that claims another's UID", new[] { Pod("a", "10.0.0.4", hostNetwork: true), Pod("thief", null, staticUid: "a") }, "a", "a" },
        { "a pod that claims a finished pod's UID", new[] { Pod("a", null, finished: true), Pod("thief", null, staticUid: "a") }, "a", "unknown" },
    };

    [Theory]
    [MemberData(nameof(Claims))]
    public void FindOnHost_Uid_IsThePod(string name, object pods, string uid, string expected) => Index(pods: (PodRecord[])pods).WhoOnHost(uid).ShouldBe(expected, name);

    [Fact]
    public void FindOnHost_AfterEachChange_IsTheNewState()
    {
        var index = Index(pods: [Pod("a", null, hostNetwork: true), Pod("m1", null, staticUid: "hash"), Pod("m2", null, staticUid: "hash")]);
        index.Delete("m1");
        index.WhoOnHost("hash").ShouldBe("m2");
        index.Upsert(Pod("m2", null, 2));
        index.WhoOnHost("hash").ShouldBe("unknown");
        index.Upsert(Pod("m2", null, 3, staticUid: "hash"));
        index.WhoOnHost("hash").ShouldBe("m2");
        index.Delete("a");
        index.WhoOnHost("a").ShouldBe("unknown");
        index.Replace([Pod("b", null)], "20");
        (index.WhoOnHost("b"), index.WhoOnHost("hash")).ShouldBe(("b", "unknown"));
    }

    [Fact]
    public async Task WaitOnHost_UntilThePodIsKnown_ReturnsIt()
    {
        var index = Index();
        var waiting = index.WaitOnHostAsync("a", TimeSpan.FromMinutes(1), CancellationToken.None);
        index.Upsert(Pod("other", null));
        index.Upsert(Pod("a", null, hostNetwork: true));
        (await waiting).Word().ShouldBe("a");
    }

    [Fact]
    public async Task WaitOnHost_WithoutNews_ReturnsUnknown() =>
        (await Index().WaitOnHostAsync("a", TimeSpan.FromMilliseconds(1), CancellationToken.None)).ShouldBe(Caller.Unknown.InstanceOnHost);

    [Fact]
    public async Task WaitOnHost_Cancelled_Throws()
    {
        using var gone = new CancellationTokenSource();
        var waiting = Index().WaitOnHostAsync("a", TimeSpan.FromMinutes(1), gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await waiting);
    }

    [Theory]
    [InlineData(true, "h", "h")]
    [InlineData(false, "h", null)]
    [InlineData(true, null, null)]
    [InlineData(true, "", null)]
    public void PodRecord_OfAMirror_HasItsHash(bool isMirror, string? hash, string? expected)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        if (isMirror)
        {
            annotations["kubernetes.io/config.mirror"] = "x";
        }

        if (hash is not null)
        {
            annotations["kubernetes.io/config.hash"] = hash;
        }

        var pod = new PodObject { Metadata = new ObjectMeta { Uid = "u", Annotations = annotations }, Spec = new PodSpec(), Status = new PodStatus() };
        PodRecords.Of(pod).StaticUid.ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"pods":[{"namespace":"n","name":"p","uid":"u","serviceAccount":"s","hostNetwork":true}]}""", "u")]
    [InlineData("""{"pods":[{"ip":"10.0.0.4","namespace":"n","name":"p","uid":"u","serviceAccount":"s","hostNetwork":true}]}""", "u")]
    [InlineData("""{"pods":[{"ip":"10.244.0.1","namespace":"n","name":"p","uid":"u","serviceAccount":"s"}]}""", "u")]
    public void CallersFile_PodOnHostNetwork_IsFoundByItsUid(string json, string expected)
    {
        var callers = new FileCallers(TimeProvider.System);
        callers.Replace(CallersFile.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
        callers.FindOnHost("u").Word().ShouldBe(expected);
        callers.Find(System.Net.IPAddress.Parse("10.0.0.4")).Word().ShouldBe("unknown");
    }

    [Fact]
    public void CallersFile_PodWithoutAddress_MustBeOnHostNetwork() => Should.Throw<FormatException>(
        static () => CallersFile.Parse("""{"pods":[{"namespace":"n","name":"p","uid":"u","serviceAccount":"s"}]}"""u8)).Message.ShouldContain("\"hostNetwork\": true");
}
