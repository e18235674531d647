namespace ImdsProxy.Redirect.Node;

/// <summary>Nodes where eBPF host routing takes packets past iptables.</summary>
internal static class HostRouting
{
    /// <summary>AKS's label on such nodes.</summary>
    public const string Label = "kubernetes.azure.com/ebpf-host-routing";

    /// <param name="setting"><c>auto</c>, <c>yes</c> or <c>no</c>.</param>
    /// <param name="labels">The node's labels, or null where they are not known.</param>
    public static void Check(string setting, IReadOnlyDictionary<string, string>? labels)
    {
        if (setting == "yes" || (setting == "auto" && labels?.GetValueOrDefault(Label) == "true"))
        {
            throw new RedirectRefusal(
                $"this node uses eBPF host routing ({(setting == "yes" ? "--ebpf-host-routing yes" : $"its label {Label}=true")}): pod traffic does not pass iptables here. "
                + "Use a CiliumLocalRedirectPolicy with an egressDeny on 169.254.169.254/32 instead, or turn eBPF host routing off");
        }
    }

    /// <summary>Reads labels, one <c>key=value</c> a line; the value may be in quotes, as in files of the downward API.</summary>
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
