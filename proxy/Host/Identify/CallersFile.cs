using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>Parses a callers file.</summary>
internal static class CallersFile
{
    /// <summary>The maximum size of the file in bytes. This is enough for 250 pods, the maximum on a node, with 64 KiB of labels each.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>Returns the pods in a file's content.</summary>
    /// <exception cref="FormatException">The content is invalid. The message states the problem and its position.</exception>
    public static IReadOnlyList<KnownPod> Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var document = JsonSerializer.Deserialize(json, CallersJson.Default.CallersDocument)
                ?? throw new FormatException("the content is null; write {\"pods\":[…]}");
            return [.. document.Pods.Select(Pod)];
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static KnownPod Pod(CallersDocument.Pod pod)
    {
        if (pod.Ip is null && !pod.HostNetwork)
        {
            throw new FormatException($"pod {pod.Namespace}/{pod.Name}: write its \"ip\", or \"hostNetwork\": true if it shares the node's network");
        }

        IPAddress? address = null;
        if (pod.Ip is not null && !IPAddress.TryParse(pod.Ip, out address))
        {
            throw new FormatException($"pod {pod.Namespace}/{pod.Name}: ip '{pod.Ip}' is not an IP address");
        }

        var identity = new PodIdentity(pod.Namespace, pod.Name, pod.Uid, pod.ServiceAccount, pod.Owner, pod.Labels ?? ImmutableDictionary<string, string>.Empty);
        return new KnownPod(identity, pod.HostNetwork ? [] : [address!], pod.HostNetwork);
    }
}
