using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Retain;

/// <summary>What a chain may take of its directory, and how room is made there.</summary>
/// <param name="options">The directory and its bound.</param>
/// <param name="retention">What removes segments.</param>
/// <param name="isReserve">Whether the chain is the reserve.</param>
/// <param name="tell">Tells of a removal beforehand, or null where the chain tells of it itself.</param>
internal sealed class ChainShare(AuditOptions options, Retention retention, bool isReserve, Func<AuditEvent, bool>? tell)
{
    public bool IsReserve => isReserve;

    /// <summary>Whether the chain's next segment tells what was removed for it.</summary>
    public bool TellsItself => tell is null;

    /// <summary>The bytes at which a segment ends.</summary>
    public long SegmentLimit { get; } = ShareSizes.SegmentLimit(options, isReserve);

    /// <summary>Where finished segments end.</summary>
    public SegmentHeads Heads => retention.Heads;

    /// <summary>Keeps other processes from changing which files there are while a segment begins, until what it returns is disposed of.</summary>
    public IDisposable Enter() => retention.Enter(isFirst: true);

    /// <summary>Makes room for a segment that was just created.</summary>
    /// <param name="extra">The bytes that it is about to take beyond its limit.</param>
    /// <param name="tellHere">Tells of a removal where the chain tells of it itself.</param>
    /// <exception cref="IOException">There is none, or the removal could not be told.</exception>
    public void MakeRoom(long extra, Func<AuditEvent, bool> tellHere) => retention.MakeRoom(isReserve, extra, tell ?? tellHere);

    /// <summary>Looks whether room can be made.</summary>
    /// <exception cref="IOException">It can't: what may not be removed takes it all.</exception>
    public void Check(long extra) => retention.Check(isReserve, extra);
}
