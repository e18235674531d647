using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Audit.Reserve;

/// <summary>The records that one caller has put into the reserve within an hour.</summary>
internal sealed class CallerReserve
{
    private const int MostRefusals = 10;

    private static readonly int Reasons = Enum.GetValues<Reason>().Length;

    private readonly int[] _refusals = new int[Reasons];
    private long _refused;
    private long _issued;
    private long _seen;

    /// <summary>Counts a refusal. Returns true if the refusal is among the first for its reason and the caller has bytes left for refusals.</summary>
    public bool TryRefusal(Reason reason, long mostBytes)
    {
        ref var count = ref _refusals[(int)reason];
        return Volatile.Read(ref count) < MostRefusals && Volatile.Read(ref _refused) < mostBytes && Interlocked.Increment(ref count) <= MostRefusals;
    }

    /// <summary>Whether the caller has bytes left for credentials.</summary>
    public bool MayIssue(long mostBytes) => Volatile.Read(ref _issued) < mostBytes;

    /// <summary>Whether the caller has bytes left for events about itself.</summary>
    public bool MayBeSeen(long mostBytes) => Volatile.Read(ref _seen) < mostBytes;

    /// <summary>Counts the bytes of a serialised event about the caller.</summary>
    public void ChargeSeen(int bytes) => Interlocked.Add(ref _seen, bytes);

    /// <summary>Counts the bytes of a serialised record.</summary>
    public void Charge(AuditRecord record, int bytes) => Interlocked.Add(ref record.Issued is null ? ref _refused : ref _issued, bytes);
}
