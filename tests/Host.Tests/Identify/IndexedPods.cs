using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Identify;
using Shouldly;

namespace ImdsProxy.Host.Tests.Identify;

/// <summary>Creates pods for tests of the index.</summary>
internal static class IndexedPods
{
    public static PodRecord Pod(
        string uid,
        string? ip,
        int version = 1,
        bool hostNetwork = false,
        bool finished = false,
        bool deleting = false,
        string? host = null,
        string? staticUid = null) => new(
            new PodIdentity("ns", "pod-" + uid, uid, "sa", null, []),
            version.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ip is null ? [] : [.. ip.Split(',').Select(IPAddress.Parse)],
            host is null ? ImmutableArray<IPAddress>.Empty : [IPAddress.Parse(host)],
            hostNetwork,
            finished,
            deleting)
        {
            StaticUid = staticUid,
        };

    public static PodIndex Index(Func<int, bool>? isShared = null, TimeProvider? time = null, params PodRecord[] pods)
    {
        var index = new PodIndex(new InterfaceEvidence(isShared ?? (static _ => false)), time ?? TimeProvider.System);
        index.Replace(pods, "10");
        return index;
    }

    /// <summary>Describes the caller with a UID in the node's network in a word.</summary>
    public static string WhoOnHost(this PodIndex index, string uid)
    {
        var caller = index.FindOnHost(uid);
        caller.IsOnHost.ShouldBeTrue();
        return caller.Word();
    }

    /// <summary>Describes the caller at an address in a word.</summary>
    public static string Who(this PodIndex index, string ip) => index.Find(IPAddress.Parse(ip)).Word();

    public static string Word(this Caller caller) => caller switch
    {
        Caller.Pod pod => pod.Identity.Uid,
        Caller.Node => "node",
        Caller.Ambiguous => "ambiguous",
        _ => "unknown",
    };
}
