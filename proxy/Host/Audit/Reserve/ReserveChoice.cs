using System.Net;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Audit.Reserve;

/// <summary>
/// Which records go to the reserve: the first of each token id and caller, and a caller's first refusals for each reason and
/// hour. A caller can put only so many bytes an hour into it, or it would push out the records of others.
/// </summary>
internal sealed class ReserveChoice
{
    // At 256 MiB: 256 KiB an hour, some 250 tokens, and 128 KiB for refusals. One caller alone would need four weeks to fill the
    // reserve. The floors are what a pod that does nothing unusual may need.
    private const int IssuedShare = 1024;
    private const int RefusedShare = 2048;
    private const long LeastIssued = 64 << 10;
    private const long LeastRefused = 16 << 10;

    private readonly SeenKeys _seen = new();
    private readonly long _mostIssued;
    private readonly long _mostRefused;
    private ReserveHour _hour = new(0);

    /// <param name="reserveBytes">The size of the reserve.</param>
    public ReserveChoice(long reserveBytes)
    {
        _mostIssued = Math.Max(reserveBytes / IssuedShare, LeastIssued);
        _mostRefused = Math.Max(reserveBytes / RefusedShare, LeastRefused);
    }

    /// <summary>The quota that a record for the reserve is charged to, or null where the record goes to the other chain.</summary>
    public CallerReserve? Choose(AuditRecord record) =>
        record.Issued is { } issued ? ChooseIssued(record, issued)
        : record.Verdict is Verdict.Denied or Verdict.WouldDeny or Verdict.Rejected ? ChooseRefused(record)
        : null;

    /// <summary>The record could not be written: the next one of its token is the first.</summary>
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

        // A caller that has token after token issued for one resource uses up half of its bytes: the rest is for what else
        // it asks for.
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

    // Requests of two hours may end in any order; the hour changes back only where the clock was set back.
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

    // .NET's hashes of text begin with a random number of the process, so that nobody can choose two tokens of one key.
    private static ulong TokenKey(object caller, IssuedCredential issued) => Key(
        caller.GetHashCode(),
        issued.TokenId?.GetHashCode(StringComparison.Ordinal) ?? HashCode.Combine(issued.ClientId, issued.ExpiresOn));

    private static ulong Key(int high, int low) => ((ulong)(uint)high << 32) | (uint)low;
}
