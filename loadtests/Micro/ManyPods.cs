using System.Globalization;
using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Identify;

namespace ImdsProxy.LoadTests.Micro;

/// <summary>The pods of a node, each with its own workload.</summary>
internal static class ManyPods
{
    public const int Namespaces = 20;
    public const string AccountStem = "service-";

    private static readonly string[] Tiers = ["web", "worker", "legacy"];

    public static IPAddress Address(int pod) => new([10, 244, (byte)(pod / 250), (byte)((pod % 250) + 4)]);

    /// <summary>The interface on which a pod's connections arrive.</summary>
    public static int Interface(int pod) => pod + 5;

    /// <summary>Creates an index of this many pods.</summary>
    public static PodIndex Index(int pods)
    {
        var index = new PodIndex(new InterfaceEvidence(static _ => false), TimeProvider.System);
        index.Replace(Enumerable.Range(0, pods).Select(Record), "1000");
        return index;
    }

    public static PodIdentity Identity(int pod) => new(
        $"team-{pod % Namespaces}",
        string.Create(CultureInfo.InvariantCulture, $"service-{pod}-7c9f8d6b5-x{pod:d4}"),
        new Guid(pod, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString(),
        $"{AccountStem}{pod}",
        $"Deployment/service-{pod}",
        [new("app", $"service-{pod}"), new("tier", Tiers[pod % Tiers.Length]), new("pod-template-hash", "7c9f8d6b5"), new("team", $"{pod % Namespaces}")]);

    private static PodRecord Record(int pod) =>
        new(Identity(pod), "1000", [Address(pod)], [IPAddress.Parse("10.224.0.4")], HostNetwork: false, Finished: false, Deleting: false);
}
