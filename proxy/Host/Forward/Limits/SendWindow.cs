using System.Net;

namespace ImdsProxy.Forward.Limits;

/// <summary>
/// At most so many requests within any second, fewer for a while once IMDS has said that it was too many: half of them,
/// and one more every ten seconds. No caller gets more than half of them, so that what one asks for leaves room for the rest.
/// </summary>
internal sealed class SendWindow
{
    /// <summary>A second, and what requests may bunch up on their way, for IMDS counts when they arrive.</summary>
    private static readonly TimeSpan Width = TimeSpan.FromMilliseconds(1100);

    private static readonly TimeSpan RecoveryStep = TimeSpan.FromSeconds(10);

    /// <summary>SDKs come back a second or two after a 429 at the earliest.</summary>
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);

    /// <summary>IMDS is away for 70 s at most while it is updated (its documentation).</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(70);

    private readonly int _perSecond;
    private readonly TimeProvider _time;
    private readonly Sent[] _sent;
    private long _count;
    private int _allowed;
    private long _pausedUntil = long.MinValue;
    private long _tightened;

    /// <param name="perSecond">0 for no limit.</param>
    /// <param name="time">The clock.</param>
    public SendWindow(int perSecond, TimeProvider time)
    {
        _perSecond = _allowed = perSecond;
        _time = time;
        _sent = new Sent[Math.Max(1, perSecond)];
    }

    /// <summary>How long until the next may be sent; zero for now.</summary>
    public TimeSpan UntilNext()
    {
        var now = _time.GetTimestamp();
        if (now < _pausedUntil)
        {
            return _time.GetElapsedTime(now, _pausedUntil);
        }

        Recover(now);
        if (_perSecond == 0 || _count < _allowed)
        {
            return TimeSpan.Zero;
        }

        var left = Width - _time.GetElapsedTime(_sent[(_count - _allowed) % _perSecond].At, now);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Whether one caller's next may be sent, where any may.</summary>
    public bool MaySend(IPAddress caller)
    {
        if (_perSecond == 0)
        {
            return true;
        }

        var now = _time.GetTimestamp();
        var own = 0;
        foreach (var sent in _sent)
        {
            own += caller.Equals(sent.Caller) && _time.GetElapsedTime(sent.At, now) < Width ? 1 : 0;
        }

        return own < (_allowed + 1) / 2;
    }

    public void Send(IPAddress? caller)
    {
        if (_perSecond > 0)
        {
            _sent[_count++ % _perSecond] = new Sent(_time.GetTimestamp(), caller);
        }
    }

    /// <summary>IMDS has refused one as too many.</summary>
    /// <param name="retryAfter">How long it wants to be left alone, or null.</param>
    /// <param name="tighten">Whether fewer are to be sent from now on; else the limit is what it was.</param>
    public void Refused(TimeSpan? retryAfter, bool tighten = true)
    {
        var now = _time.GetTimestamp();
        var pause = retryAfter is { } asked && asked > TimeSpan.Zero ? asked : DefaultPause;
        pause = pause < LongestPause ? pause : LongestPause;
        _pausedUntil = Math.Max(_pausedUntil, now + (long)(pause.TotalSeconds * _time.TimestampFrequency));
        if (tighten)
        {
            _allowed = Math.Max(Math.Min(1, _perSecond), _allowed / 2);
            _tightened = now;
        }
    }

    private void Recover(long now)
    {
        while (_allowed < _perSecond && _time.GetElapsedTime(_tightened, now) >= RecoveryStep)
        {
            _allowed++;
            _tightened += (long)(RecoveryStep.TotalSeconds * _time.TimestampFrequency);
        }
    }

    private readonly record struct Sent(long At, IPAddress? Caller);
}
