using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Audit.Sql;

/// <summary>The columns of the table in <c>deploy/clickhouse/schema.sql</c>. Except for the columns named here as exceptions, a field without a value is NULL.</summary>
public static class SqlColumns
{
    /// <summary>Selects records: the lines with a time and a kind.</summary>
    public const string IsRecord = "kind != '' AND ts > toDateTime64(0, 7, 'UTC')";

    /// <summary>A path's endpoint, as <see cref="ImdsEndpoints.Find(ReadOnlySpan{char})"/> names it, or NULL.</summary>
    public static string Endpoint { get; } =
        $"if(path IS NULL, NULL, multiIf({string.Join(", ", ImdsEndpoints.All.Select(static endpoint => $"{IsOf(endpoint)}, {SqlText.Quote(endpoint.Name)}"))}, {SqlText.Quote(ImdsEndpoints.Unknown.Name)}))";

    private static readonly ImmutableDictionary<AuditField, string> Names = new Dictionary<AuditField, string>
    {
        [AuditField.Time] = "ts",
        [AuditField.Kind] = "kind",
        [AuditField.Event] = "event",
        [AuditField.Id] = "id",
        [AuditField.Cluster] = "cluster",
        [AuditField.Node] = "node",
        [AuditField.Instance] = "instance",
        [AuditField.Seq] = "seq",
        [AuditField.Verdict] = "verdict",
        [AuditField.Reason] = "reason",
        [AuditField.Rule] = "rule",
        [AuditField.Quiet] = "quiet",
        [AuditField.Mode] = "mode",
        [AuditField.Revision] = "revision",
        [AuditField.PreviousRevision] = "previous_revision",
        [AuditField.Cause] = "cause",
        [AuditField.Count] = "count",
        [AuditField.Cut] = "cut",
        [AuditField.Ms] = "ms",
        [AuditField.Namespace] = "namespace",
        [AuditField.Pod] = "pod",
        [AuditField.Uid] = "uid",
        [AuditField.ServiceAccount] = "service_account",
        [AuditField.Owner] = "owner",
        [AuditField.Ip] = "ip",
        [AuditField.Interface] = "interface",
        [AuditField.CallerKind] = "caller_kind",
        [AuditField.Evidence] = "evidence",
        [AuditField.Unit] = "unit",
        [AuditField.Method] = "method",
        [AuditField.Path] = "path",
        [AuditField.RawTarget] = "raw_target",
        [AuditField.Error] = "error",
        [AuditField.ApiVersion] = "api_version",
        [AuditField.RequestedResource] = "requested_resource",
        [AuditField.SelectorKind] = "selector_kind",
        [AuditField.Selector] = "selector",
        [AuditField.Probe] = "probe",
        [AuditField.UserAgent] = "user_agent",
        [AuditField.Status] = "status",
        [AuditField.Bytes] = "bytes",
        [AuditField.Identity] = "identity",
        [AuditField.ClientId] = "issued_client_id",
        [AuditField.IssuedResource] = "issued_resource",
        [AuditField.ExpiresOn] = "expires",
        [AuditField.TokenId] = "token_id",
        [AuditField.ReturnedClientId] = "returned_client_id",
        [AuditField.ReturnedResource] = "returned_resource",
        [AuditField.ReturnedAudience] = "returned_audience",
        [AuditField.UpstreamStatus] = "upstream_status",
        [AuditField.UpstreamMs] = "upstream_ms",
        [AuditField.Cached] = "cached",
        [AuditField.Summed] = "summed",
    }.ToImmutableDictionary();

    /// <summary>The value of a field as the log shows it, or NULL; null if the table does not have the field.</summary>
    public static string? Text(AuditField field) => Names.GetValueOrDefault(field) is not { } name ? null : field switch
    {
        AuditField.Time => "concat(replaceOne(toString(ts), ' ', 'T'), 'Z')",
        AuditField.Kind or AuditField.Namespace => $"nullIf({name}, '')",
        AuditField.Quiet or AuditField.Cut or AuditField.Probe => $"if({name}, 'true', NULL)",
        AuditField.Status or AuditField.UpstreamStatus or AuditField.Seq => $"if({name} > 0, toString({name}), NULL)",
        AuditField.Cached => "multiIf(cached, 'true', upstream_status > 0 OR upstream_ms IS NOT NULL, 'false', NULL)",
        AuditField.ExpiresOn => "if(toUnixTimestamp(expires) > 0, concat(replaceOne(toString(expires), ' ', 'T'), 'Z'), NULL)",
        AuditField.Summed => "if(summed > 0, toString(summed), NULL)",
        _ => $"toString({name})",
    };

    /// <summary>Whether each record may have a value of its own, so that grouping by the field makes many groups.</summary>
    public static bool HasManyValues(AuditField field) => field is
        AuditField.Time or AuditField.Id or AuditField.Seq or AuditField.Count or AuditField.Ms or AuditField.Pod or AuditField.Uid or AuditField.Ip or
        AuditField.RawTarget or AuditField.Bytes or AuditField.ExpiresOn or AuditField.TokenId or AuditField.UpstreamMs or AuditField.Summed;

    /// <summary>The column with a field's value.</summary>
    internal static string Name(AuditField field) => Names[field];

    /// <summary>A condition that holds for the paths of an endpoint.</summary>
    internal static string IsOf(Endpoint endpoint)
    {
        var exact = $"path = {SqlText.Quote(endpoint.Path)}";
        return endpoint.Subtree ? $"({exact} OR startsWith(path, {SqlText.Quote(endpoint.Path + "/")}))" : exact;
    }
}
