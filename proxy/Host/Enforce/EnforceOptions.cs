namespace ImdsProxy.Enforce;

/// <summary>How enforcement treats callers.</summary>
internal sealed record EnforceOptions
{
    /// <summary>kubelet publishes an address a second or two after the pod can use it.</summary>
    public TimeSpan IdentifyWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Audit mode must not slow anybody down: the wait there is at most this.</summary>
    public static readonly TimeSpan AuditIdentifyWait = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Requests a second of one caller, on average; 0 for no limit. Any client of IMDS's asks less than once a second.
    /// </summary>
    public int CallerRate { get; init; }

    /// <summary>
    /// Records a second that a caller without a limit on its requests gets; what is above is summed. A disk fills all the same
    /// where nobody is refused. 100 is the chart's <c>--caller-rate</c>.
    /// </summary>
    public const int RecordRateWithoutCallerRate = 100;

    /// <summary>Requests a second of one caller that each have a record of their own.</summary>
    public int RecordRate => CallerRate > 0 ? CallerRate : RecordRateWithoutCallerRate;
}
