namespace ImdsProxy.Enforce;

/// <summary>How enforcement treats callers.</summary>
internal sealed record EnforceOptions
{
    /// <summary>How long a request waits for its pod to become known. Kubelet publishes an address a second or two after the pod can use it.</summary>
    public TimeSpan IdentifyWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest such wait in audit mode, which must not slow callers down.</summary>
    public static readonly TimeSpan AuditIdentifyWait = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Requests a second of one caller, on average; 0 for no limit. Clients of IMDS send less than one request a second.
    /// </summary>
    public int CallerRate { get; init; }

    /// <summary>
    /// How long a request above the caller's limits waits for its 429. A caller that asks again at once on each of its 64
    /// connections is thereby held to about 250 refusals a second, and does not take the processor from other callers.
    /// </summary>
    public static readonly TimeSpan RefusalPause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Records a second of one caller whose requests are not limited; further requests are summed, because a disk also fills with
    /// records of requests that are not refused. 100 is the chart's <c>--caller-rate</c>.
    /// </summary>
    public const int RecordRateWithoutCallerRate = 100;

    /// <summary>Requests a second of one caller that each get their own record.</summary>
    public int RecordRate => CallerRate > 0 ? CallerRate : RecordRateWithoutCallerRate;
}
