namespace ImdsProxy.Identify;

/// <summary>
/// Derives a pod's workload from its controller's name. Anyone who can create pods can forge these
/// names, so a policy uses them only to narrow a match.
/// </summary>
internal static class WorkloadOwner
{
    // A CronJob appends the scheduled minute since 1970 to its Jobs' names (cronjob_controllerv2.go, getJobName): 8
    // digits until the year 2160. Clusters before 1.21 used seconds: 10 digits.
    private const int MinDigits = 8;
    private const int MaxDigits = 10;

    /// <summary>Returns <c>Kind/name</c>, or null if the pod has no controller.</summary>
    /// <param name="kind">The kind of the controller reference, or null.</param>
    /// <param name="name">The controller's name, or null.</param>
    /// <param name="podTemplateHash">The pod's <c>pod-template-hash</c> label, or null.</param>
    public static string? Of(string? kind, string? name, string? podTemplateHash) => (kind, name) switch
    {
        (null or "", _) or (_, null or "") => null,
        ("ReplicaSet", _) when Deployment(name, podTemplateHash) is { } deployment => $"Deployment/{deployment}",
        ("Job", _) when CronJob(name) is { } cronJob => $"CronJob/{cronJob}",
        _ => $"{kind}/{name}",
    };

    private static string? Deployment(string replicaSet, string? hash) =>
        hash is { Length: > 0 } && replicaSet.Length > hash.Length + 1 && replicaSet.EndsWith($"-{hash}", StringComparison.Ordinal)
            ? replicaSet[..^(hash.Length + 1)]
            : null;

    private static string? CronJob(string job)
    {
        var dash = job.LastIndexOf('-');
        var suffix = job.AsSpan(dash + 1);
        return dash > 0 && suffix.Length is >= MinDigits and <= MaxDigits && !suffix.ContainsAnyExceptInRange('0', '9')
            ? job[..dash]
            : null;
    }
}
