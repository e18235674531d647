using ImdsProxy.Runtime;

namespace ImdsProxy.Forward.Limits;

/// <summary>
/// Limits the number of requests in any second. A 429 from IMDS halves the limit, which then recovers by one every ten
/// seconds. No caller gets more than half of the limit, which leaves room for the others.
/// </summary>
internal sealed class SendWindow
{
    /// <summary>One second plus a margin, because IMDS counts requests on arrival and requests may bunch up on the way.</summary>
    private static readonly TimeSpan Width = TimeSpan.FromMilliseconds(1100);

    private static readonly TimeSpan RecoveryStep = TimeSpan.FromSeconds(10);

    /// <summary>SDKs retry a second or two after a 429 at the earliest.</summary>
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);

    /// <summary>According to its documentation, IMDS is unavailable for at most 70 s during an update.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(70);

    private readonly int _perSecond;
    private readonly TimeProvider _time;
    private readonly Sent[] _sent;
    private long _count;
    private int _allowed;
    private long _pausedUntil = long.MinValue;
    private long _tightened;

    /// <param name="perSecond">The maximum number of requests in any second; 0 for no limit.</param>
    /// <param name="time">The clock.</param>
    public SendWindow(int perSecond, TimeProvider time)
    {
        _perSecond = _allowed = perSecond;
        _time = time;
        _sent = new Sent[Math.Max(1, perSecond)];
    }

    /// <summary>The time until the next request may be sent; zero if it may be sent now.</summary>
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

    /// <summary>Whether this caller may send the next request, provided that the window has room.</summary>
    public bool MaySend(CallerKey caller)
    {
        if (_perSecond == 0)
        {
            return true;
        }

        var now = _time.GetTimestamp();
        var own = 0;
        foreach (var sent in _sent)
        {
            own += sent.Caller == caller && _time.GetElapsedTime(sent.At, now) < Width ? 1 : 0;
        }

        return own < (_allowed + 1) / 2;
    }

    public void Send(CallerKey? caller)
    {
        if (_perSecond > 0)
        {
            _sent[_count++ % _perSecond] = new Sent(_time.GetTimestamp(), caller);
        }
    }

    /// <summary>Records that IMDS rejected a request with 429.</summary>
    /// <param name="retryAfter">The pause that IMDS asked for, or null.</param>
    /// <param name="tighten">Whether to lower the limit; otherwise it stays unchanged.</param>
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

    private readonly record struct Sent(long At, CallerKey? Caller);
}
