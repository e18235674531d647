using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>A filter: its name, the fields it tests, and the format of its values.</summary>
public sealed class AuditFilter
{
    private readonly Func<string, ValueMatch> _parse;

    private AuditFilter(string name, string description, Func<string, ValueMatch> parse, params ImmutableArray<AuditField> fields)
    {
        Name = name;
        Description = description;
        Fields = fields;
        _parse = parse;
    }

    /// <summary>All filters, in the order of the help text.</summary>
    public static ImmutableArray<AuditFilter> All { get; } =
    [
        new("kind", "The kind of record: request or event", OneOf("request", "event"), AuditField.Kind),
        new("event", "An event's name, such as policy-loaded", Text, AuditField.Event),
        new("verdict", "The verdict: allowed, denied, would-deny, rejected or failed", OneOf([.. Enum.GetValues<Verdict>().Select(VerdictNames.Name)]), AuditField.Verdict),
        new("reason", "The reason, such as no-rule", OneOf([.. Enum.GetValues<Reason>().Select(DecisionNames.Name)]), AuditField.Reason),
        new("mode", "The policy's mode: enforce or audit", OneOf("enforce", "audit"), AuditField.Mode),
        new("namespace", "The caller's namespace; * stands for any characters", Text, AuditField.Namespace),
        new("pod", "The caller's pod", Text, AuditField.Pod),
        new("service-account", "The caller's service account", Text, AuditField.ServiceAccount),
        new("owner", "The caller's workload, such as DaemonSet/fluent-bit", Text, AuditField.Owner),
        new("caller-kind", "The kind of a caller that is no pod: node, unknown, ambiguous or other", OneOf("node", "unknown", "ambiguous", "other"), AuditField.CallerKind),
        new("evidence", "What proved the caller: interface, or cgroup for a caller on hostNetwork", OneOf("interface", "cgroup"), AuditField.Evidence),
        new("unit", "The systemd unit of the node that sent the request, such as kubelet.service", Text, AuditField.Unit),
        new("ip", "The caller's address, or a range such as 10.244.0.0/24", Network, AuditField.Ip),
        new("node", "The node", Text, AuditField.Node),
        new("cluster", "The cluster", Text, AuditField.Cluster),
        new("method", "The HTTP method", Text, AuditField.Method),
        new("path", "The path, such as /metadata/instance*", Text, AuditField.Path, AuditField.RawTarget),
        new("endpoint", "The endpoint, such as token; credential stands for every endpoint that issues credentials", Endpoint, AuditField.Path),
        new("resource", "The requested or issued resource", text => new ResourceMatch(text), AuditField.IssuedResource, AuditField.RequestedResource),
        new("client-id", "The requested or issued identity, by client id", LowerText, AuditField.ClientId, AuditField.Selector),
        new("identity", "The issued identity, by its alias in the policy", Text, AuditField.Identity),
        new("token-id", "The issued token's uti", Text, AuditField.TokenId),
        new("good-at", "A credential that is still valid at a time such as 2026-11-21T04:30:00Z", Later, AuditField.ExpiresOn),
        new("rule", "The rule that decided", Text, AuditField.Rule),
        new("status", "The response status, such as 403, 4xx or 200-299", Status, AuditField.Status),
        new("user-agent", "The caller's user agent, such as azsdk-net*", Text, AuditField.UserAgent),
        new("min-ms", "At least this many milliseconds", Least, AuditField.Ms),
        new("id", "The request's id", Text, AuditField.Id),
        new("revision", "The policy's revision", Text, AuditField.Revision),
    ];

    public string Name { get; }

    public string Description { get; }

    internal ImmutableArray<AuditField> Fields { get; }

    /// <summary>Returns the filter with a name, or null.</summary>
    public static AuditFilter? Find(string name) => All.FirstOrDefault(filter => filter.Name == name);

    /// <summary>Parses a value.</summary>
    /// <exception cref="FormatException">The value is not valid for this filter. The message shows an example.</exception>
    internal ValueMatch Parse(string value) => value.Length == 0 ? throw new FormatException("write a value") : _parse(value);

    /// <summary>Validates a value.</summary>
    /// <exception cref="FormatException">The value is invalid. The message shows an example.</exception>
    public void Check(string value) => Parse(value);

    private static TextMatch Text(string value) => new(value);

    private static TextMatch LowerText(string value) => new(value.ToLowerInvariant());

    private static Func<string, ValueMatch> OneOf(params string[] words) => value =>
        words.Contains(value, StringComparer.Ordinal) ? new TextMatch(value) : throw new FormatException($"write one of {string.Join(", ", words)}");

    private static NetworkMatch Network(string value) =>
        IPNetwork.TryParse(value.Contains('/', StringComparison.Ordinal) ? value : $"{value}/{(value.Contains(':', StringComparison.Ordinal) ? 128 : 32)}", out var network)
            ? new NetworkMatch(network)
            : throw new FormatException("write an address such as 10.244.0.11, or a range such as 10.244.0.0/24");

    private static EndpointMatch Endpoint(string value) =>
        EndpointMatch.Names.Contains(value, StringComparer.Ordinal)
            ? new EndpointMatch(value)
            : throw new FormatException($"write one of {string.Join(", ", EndpointMatch.Names)}");

    private static NumberMatch Status(string value)
    {
        if (value is [>= '1' and <= '5' and var hundred, 'x', 'x'])
        {
            var first = (hundred - '0') * 100;
            return new NumberMatch(first, first + 99);
        }

        var parts = value.Split('-');
        return parts.Length <= 2 && Number(parts[0]) is { } least && Number(parts[^1]) is { } most
            ? new NumberMatch(least, most)
            : throw new FormatException("write a status such as 403, 4xx or 200-299");
    }

    private static NumberMatch Least(string value) =>
        Number(value) is { } least ? new NumberMatch(least, double.MaxValue) : throw new FormatException("write milliseconds, such as 250");

    private static LaterMatch Later(string value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? new LaterMatch(moment)
            : throw new FormatException("write a time such as 2026-11-21T04:30:00Z");

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
