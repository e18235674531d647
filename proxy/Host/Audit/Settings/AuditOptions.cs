namespace ImdsProxy.Audit.Settings;

/// <summary>The audit log's destinations, limits and intervals, and its behaviour on errors.</summary>
internal sealed record AuditOptions
{
    public string? Cluster { get; init; }

    public string? Node { get; init; }

    /// <summary>The directory of the segments, or null for none.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether each line also goes to stdout. Without a directory, all lines go there in any case.</summary>
    public bool StandardOutput { get; init; }

    /// <summary>Whether a record counts as written only once it is on the disk.</summary>
    public bool Fsync { get; init; }

    /// <summary>The maximum size of the directory in bytes. 1 GiB holds about 10 million requests: 650 bytes a record, compressed to a tenth.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Whether evidence goes to a second chain that floods cannot push out. Ignored without a directory, because nothing is
    /// removed then.
    /// </summary>
    public bool HasReserve { get; init; } = true;

    /// <summary>The share of the reserve in bytes, which no flood of requests can use.</summary>
    public long ReserveBytes => HasReserve ? MaxBytes / 4 : 0;

    /// <summary>The share of the policy documents in bytes: at 1 GiB enough for 64 of the largest, or thousands of the usual size.</summary>
    public long PolicyBytes => MaxBytes / 16;

    /// <summary>How long a segment is kept. Incidents are often found weeks after they begin.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The size at which a segment ends: small enough to compress quickly, and large enough to keep the number of files low.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>The age at which a segment ends. With an age of one hour, a search over one hour reads about one hour of records.</summary>
    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromHours(1);

    public AuditOnError OnError { get; init; }

    /// <summary>The receiver of OpenTelemetry logs (HTTP/protobuf), including the path <c>/v1/logs</c>, or null.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>The memory for lines that wait for the OTLP receiver, in bytes. The default holds several minutes of a busy node.</summary>
    public long OtlpQueueBytes { get; init; } = 8 << 20;

    /// <summary>How long a write may take before its records count as not written.</summary>
    public TimeSpan WriteDeadline { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a checkpoint of each chain is sent to stdout and the OTLP receiver.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a failed directory is retried.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often complete segments are compressed and old segments are removed.</summary>
    public TimeSpan KeepInterval { get; init; } = TimeSpan.FromSeconds(10);
}
