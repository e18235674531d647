using System.Globalization;

namespace ImdsProxy.Sources.Nodes.Kubectl;

/// <summary>Runs the user's own kubectl, with the user's own kubeconfig, login plugins and rights.</summary>
internal sealed class KubectlClient(KubectlOptions options, TimeSpan timeout)
{
    // The path in both of the release's images.
    private const string Program = "/app/imds-proxy";

    private const string PodColumns =
        """{range .items[*]}{.spec.nodeName}{"\t"}{.metadata.name}{"\t"}{.status.phase}{"\t"}{.status.conditions[?(@.type=="Ready")].status}{"\t"}{.metadata.creationTimestamp}{"\n"}{end}""";

    private const string NodeColumns = """{range .items[*]}{.metadata.name}{"\n"}{end}""";

    /// <summary>Finds the proxy of each node. In a rollout a node has two pods on one log: the one that is ready, then the newer one, answers.</summary>
    /// <exception cref="IOException">kubectl fails.</exception>
    public async Task<IReadOnlyList<ProxyPod>> PodsAsync(CancellationToken cancellation)
    {
        var pods = (await ListAsync(["get", "pods", $"--selector={options.PodSelector}", $"--namespace={options.Namespace}", $"--output=jsonpath={PodColumns}"], cancellation))
            .Select(static line => line.Split('\t'))
            .Where(static fields => fields.Length == 5 && fields[0].Length > 0)
            .GroupBy(static fields => fields[0], StringComparer.Ordinal)
            .Select(static same => same.OrderByDescending(static pod => pod[3] == "True").ThenByDescending(static pod => pod[4], StringComparer.Ordinal).First())
            .Select(static pod => new ProxyPod(pod[0], pod[1], pod[2]))
            .ToDictionary(static pod => pod.Node, StringComparer.Ordinal);
        var nodes = options.NodeSelector is null
            ? (IEnumerable<string>)pods.Keys
            : await ListAsync(["get", "nodes", $"--selector={options.NodeSelector}", $"--output=jsonpath={NodeColumns}"], cancellation);
        return [.. nodes.Order(StringComparer.Ordinal).Select(node => pods.GetValueOrDefault(node) ?? new ProxyPod(node, null, ""))];
    }

    /// <summary>Starts the program in a container of a pod.</summary>
    /// <exception cref="IOException">kubectl can't be started.</exception>
    public KubectlProcess Exec(string pod, string container, IEnumerable<string> arguments) =>
        Start(["exec", "--stdin", "--quiet", $"--namespace={options.Namespace}", $"--container={container}", pod, "--", Program, .. arguments]);

    private async Task<List<string>> ListAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var kubectl = Start([.. arguments, string.Create(CultureInfo.InvariantCulture, $"--request-timeout={Math.Ceiling(timeout.TotalSeconds)}s")]);
        using var reader = new StreamReader(kubectl.Output);
        var text = await reader.ReadToEndAsync(cancellation);
        var (code, errors) = await kubectl.WaitAsync(cancellation);
        return code == 0
            ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)]
            : throw new IOException($"kubectl can't list the proxies: {KubectlErrors.Reason(code, errors)}");
    }

    private KubectlProcess Start(IEnumerable<string> arguments) =>
        KubectlProcess.Start(options.Program, options.Context is { } context ? [$"--context={context}", .. arguments] : arguments);
}
