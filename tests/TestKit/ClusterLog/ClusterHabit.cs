namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>A request that the pods of a workload repeat, and what a suggestion must make of it.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="ServiceAccount">The service account.</param>
/// <param name="Target">The target of the request.</param>
/// <param name="Expected"><c>allow</c>, <c>quiet-deny</c>, or the reason for which it is left out.</param>
public sealed record ClusterHabit(string Namespace, string ServiceAccount, string Target, string Expected)
{
    public const string Allow = "allow";
    public const string QuietDeny = "quiet-deny";

    public string Method { get; init; } = "GET";

    /// <summary>Whether the request lacks the header that IMDS requires.</summary>
    public bool IsProbe { get; init; }

    public string Agent { get; init; } = "azsdk-net-Identity/1.21.0 (.NET 10.0.0; Ubuntu 24.04 LTS)";

    /// <summary>The status of IMDS's answer.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The client id in IMDS's answer; null for requests that give no credential.</summary>
    public string? ClientId { get; init; }

    /// <summary>The resource that is asked for, or null.</summary>
    public string? Resource { get; init; }

    /// <summary>The kind of the pods' owner.</summary>
    public string OwnerKind { get; init; } = "Deployment";

    /// <summary>The pods of a Deployment. A DaemonSet has one for each node; a CronJob has one for each run.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>The only replica that sends the request, or null for all of them.</summary>
    public int? OnlyReplica { get; init; }

    /// <summary>How often a pod asks. A CronJob asks once in each run.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromHours(8);

    /// <summary>The days between two runs of a CronJob.</summary>
    public int DaysBetweenRuns { get; init; } = 1;

    /// <summary>The first day on which the workload asks.</summary>
    public int FirstDay { get; init; }

    /// <summary>The day on which the workload stops to ask, or a day that never comes.</summary>
    public int EndDay { get; init; } = int.MaxValue;

    /// <summary>What tells the demand from others, as in an answer of <c>policy suggest</c>.</summary>
    public string Key => KeyOf(Namespace, ServiceAccount, IsProbe, Method, Target.Split('?')[0], Resource, ClientId);

    public static string KeyOf(string? ns, string? serviceAccount, bool isProbe, string? method, string? path, string? resource, string? clientId) =>
        $"{ns}/{serviceAccount} {(isProbe ? "probe " : "")}{method} {path} {resource} {clientId}".TrimEnd();
}
