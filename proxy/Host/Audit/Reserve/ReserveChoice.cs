using System.Net;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Audit.Reserve;

/// <summary>
/// Chooses the records for the reserve: the first record of each token id and caller, a caller's first refusals for each
/// reason and hour, and the events about a caller. Each caller has a quota of bytes per hour, so that no caller can push out the
/// records of others.
/// </summary>
internal sealed class ReserveChoice
{
    // With a reserve of 256 MiB, a caller's hourly quotas are 256 KiB for credentials (about 250 tokens), 128 KiB for refusals and
    // 64 KiB for events about the caller (about 100). One caller alone would need more than three weeks to fill the reserve. The
    // minimums are enough for a pod with normal behaviour.
    private const int IssuedShare = 1024;
    private const int RefusedShare = 2048;
    private const int SeenShare = 4096;
    private const long LeastIssued = 64 << 10;
    private const long LeastRefused = 16 << 10;
    private const long LeastSeen = 8 << 10;

    private readonly SeenKeys _seen = new();
    private readonly long _mostIssued;
    private readonly long _mostRefused;
    private readonly long _mostSeen;
    private ReserveHour _hour = new(0);

    /// <param name="reserveBytes">The size of the reserve.</param>
    public ReserveChoice(long reserveBytes)
    {
        _mostIssued = Math.Max(reserveBytes / IssuedShare, LeastIssued);
        _mostRefused = Math.Max(reserveBytes / RefusedShare, LeastRefused);
        _mostSeen = Math.Max(reserveBytes / SeenShare, LeastSeen);
    }

    /// <summary>Returns the quota that the record is charged to, or null if the record goes to the other chain.</summary>
    public CallerReserve? Choose(AuditRecord record) =>
        record.Issued is { } issued ? ChooseIssued(record, issued)
        : record.Verdict is Verdict.Denied or Verdict.WouldDeny or Verdict.Rejected ? ChooseRefused(record)
        : null;

    /// <summary>Returns the quota that the event is charged to, or null if the event goes to the other chain.</summary>
    public CallerReserve? Choose(PodSeen seen)
    {
        var quota = HourOf(seen.Timestamp).Of(seen.Pod.Uid);
        return quota.MayBeSeen(_mostSeen) ? quota : null;
    }

    /// <summary>Undoes the choice of a record that could not be written, so that the next record of its token goes to the reserve.</summary>
    public void TakeBack(AuditRecord record)
    {
        if (record.Issued is { } issued)
        {
            _seen.Remove(TokenKey(Caller(record), issued));
        }
    }

    private CallerReserve? ChooseIssued(AuditRecord record, IssuedCredential issued)
    {
        var caller = Caller(record);
        var token = TokenKey(caller, issued);
        if (_seen.Contains(token))
        {
            return null;
        }

        // Tokens for one identity and resource can use at most half of the quota. The rest remains for the caller's other
        // credentials.
        var hour = HourOf(record.Timestamp);
        var quota = hour.Of(caller);
        var kind = Key(HashCode.Combine(caller, hour.Number), HashCode.Combine(issued.ClientId, issued.Resource));
        if (!quota.MayIssue(_seen.Contains(kind) ? _mostIssued / 2 : _mostIssued))
        {
            return null;
        }

        _seen.Add(token);
        _seen.Add(kind);
        return quota;
    }

    private CallerReserve? ChooseRefused(AuditRecord record)
    {
        var quota = HourOf(record.Timestamp).Of(Caller(record));
        return quota.TryRefusal(record.Reason, _mostRefused) ? quota : null;
    }

    // Requests of the previous hour count in the current hour, because requests may end in any order. The hour goes back only if
    // the clock is set back.
    private ReserveHour HourOf(DateTimeOffset moment)
    {
        var hour = Volatile.Read(ref _hour);
        var number = moment.UtcTicks / TimeSpan.TicksPerHour;
        if (number == hour.Number || number == hour.Number - 1)
        {
            return hour;
        }

        var next = new ReserveHour(number);
        var before = Interlocked.CompareExchange(ref _hour, next, hour);
        return before == hour ? next : before;
    }

    private static object Caller(AuditRecord record) => record.Caller is Caller.Pod { Identity.Uid: var uid } ? uid : record.CallerIp ?? IPAddress.None;

    // .NET seeds the hashes of strings at random, so nobody can choose two tokens with the same key.
    private static ulong TokenKey(object caller, IssuedCredential issued) => Key(
        caller.GetHashCode(),
        issued.TokenId?.GetHashCode(StringComparison.Ordinal) ?? HashCode.Combine(issued.ClientId, issued.ExpiresOn));

    private static ulong Key(int high, int low) => ((ulong)(uint)high << 32) | (uint)low;
}
