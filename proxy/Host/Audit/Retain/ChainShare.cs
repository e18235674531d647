using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Retain;

/// <summary>The share of the directory that a chain may use. Makes room in that share.</summary>
/// <param name="options">The directory and its limit.</param>
/// <param name="retention">Removes segments.</param>
/// <param name="isReserve">Whether the chain is the reserve.</param>
/// <param name="tell">Records a removal before it happens, or null if the chain itself records it.</param>
internal sealed class ChainShare(AuditOptions options, Retention retention, bool isReserve, Func<AuditEvent, bool>? tell)
{
    public bool IsReserve => isReserve;

    /// <summary>Whether the chain itself records the removals that make room for its segments.</summary>
    public bool TellsItself => tell is null;

    /// <summary>The size in bytes at which a segment ends.</summary>
    public long SegmentLimit { get; } = ShareSizes.SegmentLimit(options, isReserve);

    /// <summary>The last lines of complete segments.</summary>
    public SegmentHeads Heads => retention.Heads;

    /// <summary>Prevents other processes from creating, renaming or removing files while a segment begins, until the result is disposed.</summary>
    public IDisposable Enter() => retention.Enter(isFirst: true);

    /// <summary>Makes room for a segment that was just created.</summary>
    /// <param name="extra">The bytes that the segment will take beyond its limit.</param>
    /// <param name="tellHere">Records a removal in the chain itself, if the chain records its own removals.</param>
    /// <exception cref="IOException">There is no room, or the removal could not be recorded.</exception>
    public void MakeRoom(long extra, Func<AuditEvent, bool> tellHere) => retention.MakeRoom(isReserve, extra, tell ?? tellHere);

    /// <summary>Checks that room can be made.</summary>
    /// <exception cref="IOException">No room can be made, because open segments take all of the share.</exception>
    public void Check(long extra) => retention.Check(isReserve, extra);
}
