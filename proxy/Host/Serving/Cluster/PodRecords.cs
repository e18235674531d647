using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Identify;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Serving.Cluster;

/// <summary>Translates a pod of the API into the record that identification needs.</summary>
internal static class PodRecords
{
    public static PodRecord Of(PodObject pod)
    {
        var labels = pod.Metadata.Labels ?? [];
        var controller = pod.Metadata.OwnerReferences?.Find(static owner => owner.Controller == true);
        var owner = WorkloadOwner.Of(controller?.Kind, controller?.Name, labels.GetValueOrDefault("pod-template-hash"));
        // The API server itself sets the account "default". A pod without an account is the mirror of a static pod from older versions.
        var account = pod.Spec.ServiceAccountName is { Length: > 0 } name ? name : "default";
        return new PodRecord(
            new PodIdentity(pod.Metadata.Namespace ?? "", pod.Metadata.Name, pod.Metadata.Uid, account, owner, labels),
            pod.Metadata.ResourceVersion,
            Addresses(pod.Status.PodIPs, pod.Status.PodIP),
            Addresses(pod.Status.HostIPs, pod.Status.HostIP),
            pod.Spec.HostNetwork,
            IsFinished(pod.Status),
            pod.Metadata.DeletionTimestamp is not null)
        {
            StaticUid = StaticUid(pod.Metadata.Annotations),
        };
    }

    // Kubelet creates a mirror pod for each static pod. It runs no pod that has the first annotation, so no other pod's cgroup has the UID.
    private static string? StaticUid(Dictionary<string, string>? annotations) =>
        annotations?.ContainsKey("kubernetes.io/config.mirror") == true && annotations.TryGetValue("kubernetes.io/config.hash", out var hash) && hash.Length > 0
            ? hash
            : null;

    private static ImmutableArray<IPAddress> Addresses(List<PodAddress>? all, string? first)
    {
        var texts = all is { Count: > 0 } ? all.Select(static entry => entry.Ip) : [first];
        return [.. texts.Select(static text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>()];
    }

    private static bool IsFinished(PodStatus status) =>
        status.Phase is "Succeeded" or "Failed"
        || (status.ContainerStatuses is { Count: > 0 } containers
            && containers.TrueForAll(static container => container.State?.Terminated is not null)
            && !AnyRuns(status.InitContainerStatuses)
            && !AnyRuns(status.EphemeralContainerStatuses));

    // Sidecars are init containers that keep running, and debug containers are ephemeral. Both use the pod's address.
    private static bool AnyRuns(List<ContainerStatus>? containers) =>
        containers?.Exists(static container => container.State?.Running is not null) == true;
}
