using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>
/// Has kubelets bring the override to the pods that mount it, by an annotation of each. Kubelet looks at a pod's mounts once
/// a minute, and at once when the pod changes (https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/).
/// </summary>
/// <param name="client">The API server.</param>
/// <param name="time">The clock.</param>
/// <param name="tell">Where a pod that can't be annotated is told.</param>
internal sealed class MountRefresh(KubeClient client, TimeProvider time, Func<string, Task> tell)
{
    /// <summary>The one annotation that the hook may set: the chart's ValidatingAdmissionPolicy knows it by this name.</summary>
    public const string Annotation = "imdsproxy.io/refresh";

    // The first may come before kubelet has heard of the ConfigMap's change itself, so it is repeated.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    // 5,000 pods in some ten seconds, without filling the API server's queues.
    private const int AtOnce = 8;

    private long? _last;
    private bool _failed;

    /// <summary>Annotates pods, unless that was done a moment ago. A failure delays, and stops nothing.</summary>
    public async Task RunAsync(IEnumerable<PodObject> pods, CancellationToken cancellation)
    {
        if (_last is { } last && time.GetElapsedTime(last) < Again)
        {
            return;
        }

        _last = time.GetTimestamp();
        var value = LastOverride.Text(time.GetUtcNow());
        await Parallel.ForEachAsync(
            pods, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (pod, token) => await AnnotateAsync(pod, value, token));
    }

    private async Task AnnotateAsync(PodObject pod, string value, CancellationToken cancellation)
    {
        try
        {
            await client.AnnotatePodAsync(pod.Metadata.Namespace ?? "", pod.Metadata.Name, Annotation, value, cancellation);
        }
        catch (KubeException e)
        {
            if (!Interlocked.Exchange(ref _failed, true))
            {
                await tell($"a pod can't be annotated, so its kubelet may take two minutes: {e.Message}");
            }
        }
    }
}
