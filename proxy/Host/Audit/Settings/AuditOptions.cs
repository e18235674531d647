namespace ImdsProxy.Audit.Settings;

/// <summary>Where the audit log goes, how long it is kept, and what happens when it can't be written.</summary>
internal sealed record AuditOptions
{
    public string? Cluster { get; init; }

    public string? Node { get; init; }

    /// <summary>Where segments are kept, or null for none.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether each line also goes to stdout. Without a directory it does in any case.</summary>
    public bool StandardOutput { get; init; }

    /// <summary>Whether a record counts as written only once the disk has it.</summary>
    public bool Fsync { get; init; }

    /// <summary>What the directory may take in all. At 650 bytes a record, compressed to a tenth, about 10 million requests.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Whether what must outlast a flood goes to a chain of its own. Without a directory nothing is removed, so nothing has to.</summary>
    public bool HasReserve { get; init; } = true;

    /// <summary>What the reserve may take, so that no flood of requests can push it out.</summary>
    public long ReserveBytes => HasReserve ? MaxBytes / 4 : 0;

    /// <summary>What the policy documents may take: 64 of the largest, thousands of the usual size.</summary>
    public long PolicyBytes => MaxBytes / 16;

    /// <summary>How long a segment is kept. Incidents are often found weeks after they began.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>A segment's size when the next one begins: small enough to compress in a breath, large enough to be few.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>A segment's age when the next one begins, so that a search for an hour reads about an hour.</summary>
    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromHours(1);

    public AuditOnError OnError { get; init; }

    /// <summary>Where records go as OpenTelemetry logs (HTTP/protobuf, with its <c>/v1/logs</c>), or null.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>What lines may take that wait for the OTLP receiver, in bytes of memory: minutes of a busy node.</summary>
    public long OtlpQueueBytes { get; init; } = 8 << 20;

    /// <summary>How long a write may take before its records count as not written.</summary>
    public TimeSpan WriteDeadline { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the chain's head leaves the node.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a directory that failed is tried again.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often segments that are done are looked at, to compress and to remove.</summary>
    public TimeSpan KeepInterval { get; init; } = TimeSpan.FromSeconds(10);
}
