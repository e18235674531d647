using System.Collections;
using System.Collections.Immutable;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Export;

/// <summary>A line's fields as OpenTelemetry attributes. Fields of Kubernetes and HTTP have the names of the semantic conventions.</summary>
internal sealed class LineAttributes : IReadOnlyList<KeyValuePair<string, object?>>
{
    private static readonly ImmutableArray<(AuditField Field, string Name)> Names =
    [
        (AuditField.Kind, "imds_proxy.kind"),
        (AuditField.Event, "imds_proxy.event"),
        (AuditField.Id, "imds_proxy.request.id"),
        (AuditField.Cluster, "k8s.cluster.name"),
        (AuditField.Node, "k8s.node.name"),
        (AuditField.Instance, "imds_proxy.instance"),
        (AuditField.Seq, "imds_proxy.seq"),
        (AuditField.Hash, "imds_proxy.hash"),
        (AuditField.Verdict, "imds_proxy.verdict"),
        (AuditField.Reason, "imds_proxy.reason"),
        (AuditField.Rule, "imds_proxy.rule"),
        (AuditField.Mode, "imds_proxy.mode"),
        (AuditField.Revision, "imds_proxy.policy.revision"),
        (AuditField.Namespace, "k8s.namespace.name"),
        (AuditField.Pod, "k8s.pod.name"),
        (AuditField.Uid, "k8s.pod.uid"),
        (AuditField.ServiceAccount, "k8s.service_account.name"),
        (AuditField.Owner, "imds_proxy.owner"),
        (AuditField.Labels, "imds_proxy.labels"),
        (AuditField.Ip, "client.address"),
        (AuditField.Method, "http.request.method"),
        (AuditField.Path, "url.path"),
        (AuditField.UserAgent, "user_agent.original"),
        (AuditField.Status, "http.response.status_code"),
        (AuditField.RequestedResource, "imds_proxy.requested.resource"),
        (AuditField.ExtraQuery, "imds_proxy.requested.extra_query"),
        (AuditField.Probe, "imds_proxy.requested.probe"),
        (AuditField.Cut, "imds_proxy.cut"),
        (AuditField.Identity, "imds_proxy.issued.identity"),
        (AuditField.ClientId, "imds_proxy.issued.client_id"),
        (AuditField.IssuedResource, "imds_proxy.issued.resource"),
        (AuditField.TokenId, "imds_proxy.issued.token_id"),
        (AuditField.ReturnedClientId, "imds_proxy.returned.client_id"),
        (AuditField.ReturnedResource, "imds_proxy.returned.resource"),
        (AuditField.ReturnedAudience, "imds_proxy.returned.audience"),
        (AuditField.Ms, "imds_proxy.ms"),
        (AuditField.Summed, "imds_proxy.summary.count"),
    ];

    private readonly List<KeyValuePair<string, object?>> _attributes = [];

    public LineAttributes(AuditLine fields, byte[] line)
    {
        Time = fields.TryParse(line) ? fields.GetText(line, AuditField.Time) : null;
        foreach (var (field, name) in Names)
        {
            if (fields.TryGetNumber(line, field, out var number))
            {
                _attributes.Add(new(name, field == AuditField.Ms ? number : (long)number));
            }
            else if (fields.GetText(line, field) is { } text)
            {
                _attributes.Add(new(name, text));
            }
        }
    }

    /// <summary>The time in the line.</summary>
    public string? Time { get; }

    public int Count => _attributes.Count;

    public KeyValuePair<string, object?> this[int index] => _attributes[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _attributes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
