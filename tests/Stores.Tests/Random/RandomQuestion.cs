using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Stores.Tests.Random;

/// <summary>Random questions: up to four terms of any filter, some of them negated, with values that occur in the log, parts of them, and hostile ones.</summary>
internal sealed class RandomQuestion(RandomLog log)
{
    public AuditQuestion Next() => new([.. Enumerable.Range(0, log.Random.Next(1, 5)).Select(_ => Term())], Moment(), Moment()?.AddDays(1));

    private DateTimeOffset? Moment() => log.Random.Next(3) == 0 ? RandomLog.Begin.AddTicks(log.Random.NextInt64(TimeSpan.TicksPerDay * 2)) : null;

    private AuditTerm Term()
    {
        var negated = log.Random.Next(3) == 0;
        return log.Random.Next(12) switch
        {
            0 => new AuditTerm(AuditTerm.Issued, "", negated),
            1 => new AuditTerm(AuditTerm.Text, log.Text("azsdk", "\"seq\":1", "web"), negated),
            _ => Filter(negated),
        };
    }

    private AuditTerm Filter(bool negated)
    {
        while (true)
        {
            var filter = log.Any(AuditFilter.All);
            var value = Value(filter.Name);
            if (IsValid(filter, value))
            {
                return new AuditTerm(filter.Name, value, negated);
            }
        }
    }

    private string Value(string filter) => filter switch
    {
        "kind" => log.Any(["request", "event"]),
        "verdict" => log.Any(["allowed", "denied", "would-deny", "rejected", "failed"]),
        "reason" => log.Any(["rule", "no-rule", "deny-rule", "rate-limited", "bad-request"]),
        "mode" => log.Any(["enforce", "audit"]),
        "ip" => log.Any([.. RandomLog.Addresses, "10.244.0.0/16", "0.0.0.0/0", "::/0", "fd00::/64", "192.168.0.128/25"]),
        "endpoint" => log.Any(["token", "instance", "credential", "unknown", "confidential", "scheduledevents"]),
        "good-at" => log.Any(["2026-11-21T12:00:00Z", "2026-11-24T00:00:00.5Z", "1960-01-01T00:00:00Z", "2200-01-01T00:00:00Z"]),
        "status" => log.Any(["403", "4xx", "200-299", "0", "0-999", "400.5"]),
        "min-ms" => log.Any(["0", "0.001", "17.5", "100", new string('9', 400)]),
        "resource" => Pattern(RandomLog.Resources),
        "client-id" => Pattern(RandomLog.Clients),
        "path" => Pattern(RandomLog.Paths),
        "namespace" => Pattern(RandomLog.Namespaces),
        "pod" => Pattern(RandomLog.Pods),
        "event" => Pattern(RandomLog.Events),
        "node" => Pattern("aks-0", "aks-1"),
        "cluster" => Pattern("prod-weu"),
        "revision" => Pattern("3f2a", "77aa"),
        "id" => Pattern($"0HN{log.Random.Next(40).ToString(CultureInfo.InvariantCulture)}"),
        _ => Pattern("web", "Deployment/web", "kubelet", "r1", "GET", "azsdk-net-Identity/1.12.0", "w797wIn-j51C0ykECiyfCA"),
    };

    // The whole value, or with some of it replaced by stars.
    private string Pattern(params string[] usual)
    {
        var text = log.Text(usual);
        var cut = log.Random.Next(text.Length + 1);
        return log.Random.Next(7) switch
        {
            0 => $"{text[..cut]}*",
            1 => $"*{text[cut..]}",
            2 => $"*{text[cut..]}*",
            3 => $"{text[..(cut / 2)]}*{text[cut..]}",
            4 => log.Any(["*", "**"]),
            _ => text,
        };
    }

    // Half a character, a filter's own format, or a resource beyond ASCII, which the store refuses.
    private static bool IsValid(AuditFilter filter, string value)
    {
        try
        {
            filter.Check(value);
            return (filter.Name != "resource" || value.All(char.IsAscii)) && !value.Any(char.IsSurrogate);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>A question without terms.</summary>
    public static AuditQuestion Everything { get; } = new(ImmutableArray<AuditTerm>.Empty);
}
