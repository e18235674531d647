using ImdsProxy.Core.Audit;

namespace ImdsProxy.Kubernetes.Events;

/// <summary>Denials of one kind since the last Event about them.</summary>
internal sealed class DenialCount(AuditRecord first)
{
    /// <summary>The newest of them.</summary>
    public AuditRecord Last { get; set; } = first;

    public DateTimeOffset Since { get; set; } = first.Timestamp;

    /// <summary>How many were not told yet.</summary>
    public int Untold { get; set; }

    /// <summary>When an Event was made of them last, or null.</summary>
    public DateTimeOffset? ToldAt { get; set; }
}
