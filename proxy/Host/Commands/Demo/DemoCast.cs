using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace ImdsProxy.Commands.Demo;

/// <summary>The demo's pods. Linux treats all of 127.0.0.0/8 as loopback, so each pod gets its own address.</summary>
internal static class DemoCast
{
    public static DemoPod FluentBit { get; } = Pod(11, "logging", "fluent-bit-qg7vq", "fluent-bit", "DaemonSet/fluent-bit", "Fluent-Bit");

    public static DemoPod Web { get; } = Pod(21, "shop", "web-6f7d9-x2x9k", "web", "Deployment/web", "curl/8.14.1");

    public static DemoPod Reviews { get; } = Pod(31, "bookinfo", "reviews-l8wqn", "reviews", "Deployment/reviews", "istio-proxy");

    public static DemoPod Autoscaler { get; } =
        Pod(41, "kube-system", "autoscaler-9zkqt", "cluster-autoscaler", "Deployment/autoscaler", "Go-http-client/1.1");

    public static DemoPod Billing { get; } =
        Pod(51, "payments", "billing-5d9c7-k2m4q", "billing", "Deployment/billing", "azsdk-net-Identity/1.21.0");

    public static ImmutableArray<DemoPod> All { get; } = [FluentBit, Web, Reviews, Autoscaler, Billing];

    /// <summary>Renders the pods as a callers file.</summary>
    public static byte[] CallersFile()
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("pods");
            foreach (var pod in All)
            {
                Write(json, pod);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return content.ToArray();
    }

    private static void Write(Utf8JsonWriter json, DemoPod pod)
    {
        json.WriteStartObject();
        json.WriteString("ip", pod.Address.ToString());
        json.WriteString("namespace", pod.Namespace);
        json.WriteString("name", pod.Name);
        json.WriteString("uid", $"00000000-0000-4000-8000-{pod.Address.GetAddressBytes()[3]:D12}");
        json.WriteString("serviceAccount", pod.ServiceAccount);
        json.WriteString("owner", pod.Owner);
        json.WriteEndObject();
    }

    private static DemoPod Pod(byte last, string ns, string name, string serviceAccount, string owner, string userAgent) =>
        new(new IPAddress([127, 0, 0, last]), ns, name, serviceAccount, owner, userAgent);
}
