using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>
/// Makes kubelets update the mounted override at once, by annotating each pod that mounts it. A kubelet checks a pod's mounts
/// once a minute, and immediately when the pod changes
/// (https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/).
/// </summary>
/// <param name="client">The API server.</param>
/// <param name="time">The clock.</param>
/// <param name="tell">Reports a pod that can't be annotated.</param>
internal sealed class MountRefresh(KubeClient client, TimeProvider time, Func<string, Task> tell)
{
    /// <summary>The only annotation that the hook may set. The chart's ValidatingAdmissionPolicy names it.</summary>
    public const string Annotation = "imdsproxy.io/refresh";

    // Repeated, because the first annotation may reach a kubelet before the change of the ConfigMap does.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    // Annotates 5,000 pods in about ten seconds without filling the API server's queues.
    private const int AtOnce = 8;

    private long? _last;
    private bool _failed;

    /// <summary>Annotates the pods, unless they were annotated a moment ago. A failure only delays the uninstall.</summary>
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
                await tell($"a pod can't be annotated, so its kubelet may take two minutes to mount the override: {e.Message}");
            }
        }
    }
}
