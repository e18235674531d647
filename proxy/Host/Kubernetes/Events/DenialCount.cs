using ImdsProxy.Core.Audit;

namespace ImdsProxy.Kubernetes.Events;

/// <summary>The denials of one kind that occurred since the last Event about them.</summary>
internal sealed class DenialCount(AuditRecord first)
{
    /// <summary>The most recent denial.</summary>
    public AuditRecord Last { get; set; } = first;

    public DateTimeOffset Since { get; set; } = first.Timestamp;

    /// <summary>The number of denials that no Event has reported yet.</summary>
    public int Untold { get; set; }

    /// <summary>When the last Event about this kind was created, or null.</summary>
    public DateTimeOffset? ToldAt { get; set; }
}
