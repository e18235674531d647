using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;
using static ImdsProxy.Host.Tests.Identify.IndexedPods;

namespace ImdsProxy.Host.Tests.Identify;

public sealed class PodIndexTests
{
    [Theory]
    [InlineData("10.0.0.1", "a")]
    [InlineData("::ffff:10.0.0.1", "a")]
    [InlineData("fd00::1", "a")]
    [InlineData("fd00:0:0::0:1", "a")]
    [InlineData("10.0.0.2", "unknown")]
    [InlineData("::10.0.0.1", "unknown")]
    public void Pod_IsFoundByEachOfItsAddresses(string ip, string expected) =>
        Index(pods: Pod("a", "10.0.0.1,fd00::1")).Who(ip).ShouldBe(expected);

    [Fact]
    public void FinishedPod_LosesItsAddressAtOnce()
    {
        var index = Index(pods: Pod("a", "10.0.0.1"));
        index.Upsert(Pod("a", "10.0.0.1", 2, finished: true));
        index.Who("10.0.0.1").ShouldBe("unknown");
    }

    [Fact]
    public void DeletingPod_KeepsItsAddressUntilAnotherHasIt()
    {
        var index = Index(pods: Pod("old", "10.0.0.1", deleting: true));
        index.Who("10.0.0.1").ShouldBe("old");
        index.Upsert(Pod("new", "10.0.0.1"));
        index.Who("10.0.0.1").ShouldBe("new");
        index.Delete("new");
        index.Who("10.0.0.1").ShouldBe("old");
    }

    [Fact]
    public void TwoLivePods_WithOneAddress_AreAmbiguousUntilOneIsGone()
    {
        var index = Index(pods: [Pod("a", "10.0.0.1"), Pod("b", "10.0.0.1")]);
        index.Who("10.0.0.1").ShouldBe("ambiguous");
        index.Delete("a");
        index.Who("10.0.0.1").ShouldBe("b");
    }

    [Fact]
    public void TwoDeletingPods_WithOneAddress_AreAmbiguous() =>
        Index(pods: [Pod("a", "10.0.0.1", deleting: true), Pod("b", "10.0.0.1", deleting: true)]).Who("10.0.0.1").ShouldBe("ambiguous");

    [Fact]
    public void HostNetworkPod_NeverClaimsTheNodesAddress()
    {
        var index = Index(pods: [Pod("host", "192.168.0.4", hostNetwork: true, host: "192.168.0.4"), Pod("liar", "192.168.0.4")]);
        index.Who("192.168.0.4").ShouldBe("node");
        index.Known.Single(pod => pod.HostNetwork).Addresses.ShouldBeEmpty();
    }

    [Fact]
    public void LocalAddress_BelongsToTheNodeUnlessAPodHasIt()
    {
        var index = Index(pods: Pod("a", "10.0.0.1"));
        index.SetLocal([IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.254")]);
        index.Who("10.0.0.254").ShouldBe("node");
        index.Who("10.0.0.1").ShouldBe("a");
        index.SetLocal([]);
        index.Who("10.0.0.254").ShouldBe("unknown");
    }

    [Fact]
    public void DeleteMissedDuringARelist_IsDetected()
    {
        var index = Index(pods: [Pod("a", "10.0.0.1"), Pod("b", "10.0.0.2")]);
        index.Replace([Pod("b", "10.0.0.2")], "20");
        index.Who("10.0.0.1").ShouldBe("unknown");
        index.Who("10.0.0.2").ShouldBe("b");
    }

    [Fact]
    public void PodWithTheSameName_IsAnotherPod()
    {
        var index = Index(pods: Pod("first", "10.0.0.1"));
        index.Upsert(Pod("second", "10.0.0.2"));
        index.Delete("first");
        index.Who("10.0.0.2").ShouldBe("second");
    }

    [Fact]
    public void LiveList_AheadOfTheWatch_IsAppliedAndNotReverted()
    {
        var index = Index();
        index.Learn(Pod("a", "10.0.0.1", version: 12));
        index.Who("10.0.0.1").ShouldBe("a");
        index.Upsert(Pod("a", null, version: 11));
        index.Who("10.0.0.1").ShouldBe("a");
        index.Upsert(Pod("a", null, version: 13));
        index.Who("10.0.0.1").ShouldBe("unknown");
    }

    [Fact]
    public void LiveList_BehindTheWatch_RestoresNoDeletedPod()
    {
        var index = Index(pods: Pod("a", "10.0.0.1", version: 5));
        index.Delete("a");
        index.Reached("20");
        index.Learn(Pod("a", "10.0.0.1", version: 19));
        index.Who("10.0.0.1").ShouldBe("unknown");
    }

    [Fact]
    public async Task Wait_EndsWhenThePodAppears()
    {
        var time = new ScriptedTime();
        var index = Index(time: time);
        var waiting = index.WaitAsync(IPAddress.Parse("10.0.0.1"), TimeSpan.FromSeconds(3), CancellationToken.None).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        index.Upsert(Pod("a", "::ffff:10.0.0.1"));

        (await waiting).Word().ShouldBe("a");
        index.Awaited.IsAwaited(IPAddress.Parse("10.0.0.1")).ShouldBeFalse();
    }

    [Fact]
    public async Task Wait_EndsWhenItsTimeIsUp()
    {
        var time = new ScriptedTime();
        var index = Index(time: time);
        var waiting = index.WaitAsync(IPAddress.Parse("10.0.0.1"), TimeSpan.FromSeconds(3), CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromSeconds(2.9));
        waiting.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.1));
        (await waiting).Word().ShouldBe("unknown");
    }

    [Fact]
    public void AnotherInterface_MakesTheAddressUnknownUntilTheApiReports()
    {
        var index = Index(pods: Pod("a", "10.0.0.1", version: 5));
        var found = index.Find(IPAddress.Parse("10.0.0.1"));
        index.Confirm(found, 7).ShouldBe(found);
        index.Confirm(found, 7).ShouldBe(found);

        index.Confirm(found, 8).ShouldBe(Caller.Unknown.Instance);
        index.Who("10.0.0.1").ShouldBe("unknown");
        index.Upsert(Pod("a", "10.0.0.1", version: 5));
        index.Who("10.0.0.1").ShouldBe("unknown");

        index.Upsert(Pod("a", "10.0.0.1", version: 6));
        index.Who("10.0.0.1").ShouldBe("a");
        index.Confirm(index.Find(IPAddress.Parse("10.0.0.1")), 8).Word().ShouldBe("a");
    }

    // A pod whose address already belongs to another pod will normally be reported as terminating next.
    [Fact]
    public void AnotherInterface_OfATerminatingPod_StaysUnknown()
    {
        var index = Index(pods: Pod("a", "10.0.0.1", version: 5));
        index.Confirm(index.Find(IPAddress.Parse("10.0.0.1")), 7).Word().ShouldBe("a");
        index.Confirm(index.Find(IPAddress.Parse("10.0.0.1")), 8).Word().ShouldBe("unknown");

        index.Upsert(Pod("a", "10.0.0.1", version: 6, deleting: true));

        index.Who("10.0.0.1").ShouldBe("unknown");
    }

    [Fact]
    public void NewPod_WithAReusedAddress_HasItsOwnEvidence()
    {
        var index = Index(pods: Pod("a", "10.0.0.1"));
        index.Confirm(index.Find(IPAddress.Parse("10.0.0.1")), 7).Word().ShouldBe("a");
        index.Delete("a");
        index.Upsert(Pod("b", "10.0.0.1"));
        index.Confirm(index.Find(IPAddress.Parse("10.0.0.1")), 8).Word().ShouldBe("b");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void SharedOrUnknownInterface_IsNoEvidence(int interfaceIndex)
    {
        var index = Index(isShared: static number => number == 1, pods: Pod("a", "10.0.0.1"));
        var found = index.Find(IPAddress.Parse("10.0.0.1"));
        index.Confirm(found, interfaceIndex).Word().ShouldBe("a");
        index.Confirm(found, 7).Word().ShouldBe("a");
        index.Confirm(found, interfaceIndex).Word().ShouldBe("a");
    }

    [Fact]
    public void Lookup_AllocatesNothing()
    {
        var index = Index(pods: [Pod("a", "10.0.0.1,fd00::1")]);
        IPAddress[] addresses = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("::ffff:10.0.0.1"), IPAddress.Parse("fd00::1"), IPAddress.Parse("10.9.9.9")];
        Array.ForEach(addresses, address => index.Find(address));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            index.Find(addresses[i % addresses.Length]);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
