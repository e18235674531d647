namespace ImdsProxy.Sources.Nodes.Kubectl;

/// <summary>How kubectl reaches the proxies.</summary>
/// <param name="Program">The program.</param>
/// <param name="Context">The kubeconfig context, or null for the current one.</param>
/// <param name="Namespace">The namespace of the proxies.</param>
/// <param name="PodSelector">The label selector of their pods.</param>
/// <param name="NodeSelector">The label selector of the nodes to ask, or null for all.</param>
internal sealed record KubectlOptions(string Program, string? Context, string Namespace, string PodSelector, string? NodeSelector);
