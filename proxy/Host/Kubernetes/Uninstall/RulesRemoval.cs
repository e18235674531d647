using System.Net;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>Makes the redirects of a release remove their rules, and waits until every node has been seen without rules.</summary>
/// <param name="client">The API server.</param>
/// <param name="options">The release to uninstall.</param>
/// <param name="answers">Whether the port of a node answers; see <see cref="PortProbe"/>.</param>
/// <param name="time">The clock.</param>
/// <param name="tell">Reports the progress.</param>
internal sealed class RulesRemoval(
    KubeClient client, UninstallOptions options, Func<IPEndPoint, CancellationToken, Task<bool>> answers, TimeProvider time, Func<string, Task> tell)
{
    private readonly HashSet<RuledNode> _free = [];
    private readonly MountRefresh _refresh = new(client, time, tell);
    private string? _told;

    /// <summary>True once no node has rules left; false if nodes may still have rules after the timeout. Those nodes are then reported.</summary>
    /// <exception cref="KubeException">The pods can't be listed, or the ConfigMap can't be written.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var pods = await PodsAsync(cancellation);
        if (pods.Count == 0)
        {
            await tell($"daemonset {options.DaemonSet} has no pods, so no redirect is running that could remove rules");
            return true;
        }

        var until = time.GetUtcNow() + LastOverride.Life;
        await client.ApplyAsync(LastOverride.Of(options, Owner(pods[0])!.Uid ?? "", until), cancellation);
        await tell($"the ConfigMap {options.Override} now switches interception off; each kubelet mounts it within seconds if it reacts to the annotation of its pod");
        var left = await WaitAsync(cancellation);
        if (left.Count > 0)
        {
            await tell(
                $"rules may still be on {left.Count} node(s): {string.Join(", ", left.Order(StringComparer.Ordinal))}. Nothing has been uninstalled, "
                + $"and at {LastOverride.Text(until)} the rules return on all nodes. Uninstall again when these nodes are healthy. Or continue with "
                + "helm uninstall --no-hooks, and then restart each of these nodes or run imds-proxy redirect remove on it (docs/install-aks.md)");
        }

        return left.Count == 0;
    }

    // Checks all nodes, and checks them again after any redirect that was starting would have put its rules in place.
    private async Task<IReadOnlyList<string>> WaitAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var again = false;
        while (true)
        {
            var left = await LookAsync(cancellation);
            if ((left.Count == 0 && again) || time.GetElapsedTime(began) >= options.Timeout)
            {
                return left;
            }

            again = left.Count == 0;
            if (again)
            {
                _free.Clear();
            }

            await Task.Delay(again ? Settling(began) : options.Interval, time, cancellation);
        }
    }

    private TimeSpan Settling(long began)
    {
        var left = options.Settling - time.GetElapsedTime(began);
        return left > options.Repair ? left : options.Repair;
    }

    // Lists the pods each time, because nodes come and go. If the API server does not answer, the next round tries again.
    private async Task<IReadOnlyList<string>> LookAsync(CancellationToken cancellation)
    {
        try
        {
            var pods = await PodsAsync(cancellation);
            await _refresh.RunAsync(pods.Where(pod => !_free.Contains(RuledNode.Of(pod))), cancellation);
            var nodes = pods.Select(RuledNode.Of).Distinct().ToList();
            var seen = await Task.WhenAll(nodes.Where(node => !_free.Contains(node)).Select(async node => (Node: node, IsFree: await IsFreeAsync(node, cancellation))));
            _free.UnionWith(seen.Where(static one => one.IsFree).Select(static one => one.Node));
            var left = nodes.Where(node => !_free.Contains(node)).Select(static node => node.ToString()).ToList();
            await TellAsync($"{nodes.Count - left.Count} of {nodes.Count} nodes no longer have our rules");
            return left;
        }
        catch (KubeException e)
        {
            await TellAsync(e.Message);
            return ["the API server does not say which"];
        }
    }

    private async Task TellAsync(string progress)
    {
        if (progress != _told)
        {
            _told = progress;
            await tell(progress);
        }
    }

    private async Task<bool> IsFreeAsync(RuledNode node, CancellationToken cancellation) =>
        node.Address is { } address && await answers(new IPEndPoint(address, options.Port), cancellation);

    private async Task<IReadOnlyList<PodObject>> PodsAsync(CancellationToken cancellation)
    {
        // A consistent read, because a cache without the newest pods could end the wait too early.
        var all = await client.ListAsync(KubeResources.PodsOfNamespace(options.Namespace), ListQuery.Consistent, cancellation);
        return [.. (all.Items ?? []).Where(pod => Owner(pod) is not null && !string.IsNullOrEmpty(pod.Spec.NodeName))];
    }

    private OwnerReference? Owner(PodObject pod) => pod.Metadata.OwnerReferences?.Find(owner =>
        owner is { Kind: "DaemonSet", Controller: true } && owner.Name == options.DaemonSet);
}
