using System.Collections.Immutable;
using System.Text;

namespace ImdsProxy.Core.Audit;

/// <summary>The fields of a line: their place in the JSON and their names on the command line.</summary>
public static class AuditFields
{
    /// <summary>All fields, in the order in which the writer writes them.</summary>
    public static ImmutableArray<(AuditField Field, string Name, string Parent, string Key)> All { get; } =
    [
        (AuditField.Time, "time", "", "ts"),
        (AuditField.Kind, "kind", "", "kind"),
        (AuditField.Event, "event", "", "event"),
        (AuditField.Id, "id", "", "id"),
        (AuditField.Cluster, "cluster", "", "cluster"),
        (AuditField.Node, "node", "", "node"),
        (AuditField.Instance, "instance", "", "instance"),
        (AuditField.Seq, "seq", "", "seq"),
        (AuditField.Prev, "prev", "", "prev"),
        (AuditField.Verdict, "verdict", "", "verdict"),
        (AuditField.Reason, "reason", "", "reason"),
        (AuditField.Rule, "rule", "", "rule"),
        (AuditField.Quiet, "quiet", "", "quiet"),
        (AuditField.Mode, "mode", "", "mode"),
        (AuditField.Revision, "revision", "", "policyRevision"),
        // Events about a policy use this key.
        (AuditField.Revision, "revision", "", "revision"),
        (AuditField.PreviousRevision, "previous-revision", "", "previousRevision"),
        (AuditField.Hash, "hash", "", "hash"),
        (AuditField.Cause, "cause", "", "cause"),
        (AuditField.Count, "count", "", "count"),
        (AuditField.Cut, "cut", "", "cut"),
        (AuditField.Ms, "ms", "", "ms"),
        // The event "pod-seen" names its pod at the top.
        (AuditField.Namespace, "namespace", "", "namespace"),
        (AuditField.Pod, "pod", "", "pod"),
        (AuditField.Uid, "uid", "", "uid"),
        (AuditField.ServiceAccount, "service-account", "", "serviceAccount"),
        (AuditField.Owner, "owner", "", "owner"),
        (AuditField.Labels, "labels", "", "labels"),
        (AuditField.Skipped, "skipped", "", "skipped"),
        (AuditField.Ip, "ip", "caller", "ip"),
        (AuditField.Port, "port", "caller", "port"),
        (AuditField.Interface, "interface", "caller", "interface"),
        (AuditField.Evidence, "evidence", "caller", "evidence"),
        (AuditField.Namespace, "namespace", "caller", "namespace"),
        (AuditField.Pod, "pod", "caller", "pod"),
        (AuditField.Uid, "uid", "caller", "uid"),
        (AuditField.ServiceAccount, "service-account", "caller", "serviceAccount"),
        (AuditField.Owner, "owner", "caller", "owner"),
        (AuditField.CallerKind, "caller-kind", "caller", "kind"),
        (AuditField.Unit, "unit", "caller", "unit"),
        (AuditField.Method, "method", "request", "method"),
        (AuditField.Path, "path", "request", "path"),
        (AuditField.RawTarget, "raw-target", "request", "rawTarget"),
        (AuditField.Error, "error", "request", "error"),
        (AuditField.ApiVersion, "api-version", "request", "apiVersion"),
        (AuditField.RequestedResource, "requested-resource", "request", "resource"),
        (AuditField.ExtraQuery, "extra-query", "request", "extraQuery"),
        (AuditField.Probe, "probe", "request", "probe"),
        (AuditField.UserAgent, "user-agent", "request", "userAgent"),
        (AuditField.EventIds, "event-ids", "request", "eventIds"),
        (AuditField.SelectorKind, "selector-kind", "selector", "kind"),
        (AuditField.Selector, "selector", "selector", "value"),
        (AuditField.Status, "status", "response", "status"),
        (AuditField.Bytes, "bytes", "response", "bytes"),
        (AuditField.Identity, "identity", "issued", "identity"),
        (AuditField.ClientId, "issued-client-id", "issued", "clientId"),
        (AuditField.IssuedResource, "issued-resource", "issued", "resource"),
        (AuditField.ExpiresOn, "expires", "issued", "expiresOn"),
        (AuditField.TokenId, "token-id", "issued", "tokenId"),
        (AuditField.ReturnedClientId, "returned-client-id", "returned", "clientId"),
        (AuditField.ReturnedResource, "returned-resource", "returned", "resource"),
        (AuditField.ReturnedAudience, "returned-audience", "returned", "audience"),
        (AuditField.Summed, "summed", "summary", "count"),
        (AuditField.UpstreamStatus, "upstream-status", "upstream", "status"),
        (AuditField.UpstreamMs, "upstream-ms", "upstream", "ms"),
        (AuditField.Cached, "cached", "upstream", "cached"),
    ];

    internal static int Number { get; } = Enum.GetValues<AuditField>().Length;

    /// <summary>The keys of one object of the record, in order.</summary>
    internal static (byte[] Key, AuditField Field)[] Of(string parent) =>
        [.. All.Where(row => row.Parent == parent).Select(row => (Encoding.ASCII.GetBytes(row.Key), row.Field))];

    /// <summary>The name of a field on the command line.</summary>
    public static string Name(AuditField field) => All.First(row => row.Field == field).Name;
}
