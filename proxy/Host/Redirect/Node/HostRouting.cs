namespace ImdsProxy.Redirect.Node;

/// <summary>Refuses nodes on which packets bypass iptables because of eBPF host routing.</summary>
internal static class HostRouting
{
    /// <summary>The label that AKS sets on such nodes.</summary>
    public const string Label = "kubernetes.azure.com/ebpf-host-routing";

    /// <param name="setting"><c>auto</c>, <c>yes</c> or <c>no</c>.</param>
    /// <param name="labels">The node's labels, or null if they are unknown.</param>
    public static void Check(string setting, IReadOnlyDictionary<string, string>? labels)
    {
        if (setting == "yes" || (setting == "auto" && labels?.GetValueOrDefault(Label) == "true"))
        {
            throw new RedirectRefusal(
                $"this node uses eBPF host routing ({(setting == "yes" ? "--ebpf-host-routing yes" : $"its label {Label}=true")}): packets of pods bypass iptables. "
                + "Use a CiliumLocalRedirectPolicy with an egressDeny on 169.254.169.254/32 instead, or turn eBPF host routing off");
        }
    }

    /// <summary>Parses labels, one <c>key=value</c> a line. Values may be quoted, as in files of the downward API.</summary>
    public static IReadOnlyDictionary<string, string> ParseLabels(string text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.Split('=', 2) is [var key, var value])
            {
                labels[key] = value.Trim('"');
            }
        }

        return labels;
    }
}
