namespace ImdsProxy.Enforce;

/// <summary>The options of enforcement.</summary>
internal sealed record EnforceOptions
{
    /// <summary>The time that a request waits for its pod to become known. Kubelet publishes an address a second or two after the pod can use it.</summary>
    public TimeSpan IdentifyWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The limit of <see cref="IdentifyWait"/> in audit mode, which must not slow callers down.</summary>
    public static readonly TimeSpan AuditIdentifyWait = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The average number of requests that one caller may send per second; 0 for no limit. Clients of IMDS send less than one request per second.
    /// </summary>
    public int CallerRate { get; init; }

    /// <summary>
    /// The time that a request above the caller's limits waits for its 429. A caller that retries at once on each of its 64
    /// connections then gets only about 250 refusals per second, and does not take the processor from other callers.
    /// </summary>
    public static readonly TimeSpan RefusalPause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The number of records that one caller gets per second if its requests are not limited. Further requests are summarized, because
    /// records of permitted requests also fill a disk. The value is the chart's <c>--caller-rate</c>.
    /// </summary>
    public const int RecordRateWithoutCallerRate = 100;

    /// <summary>The number of requests per second that each get their own record, for one caller.</summary>
    public int RecordRate => CallerRate > 0 ? CallerRate : RecordRateWithoutCallerRate;
}
