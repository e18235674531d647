namespace ImdsProxy.Forward.Limits;

/// <summary>
/// At most so many requests within any second, fewer for a while once IMDS has said that it was too many: half of them,
/// and one more every ten seconds.
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
    private readonly long[] _sent;
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
        _sent = new long[Math.Max(1, perSecond)];
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

        var left = Width - _time.GetElapsedTime(_sent[(_count - _allowed) % _perSecond], now);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public void Send()
    {
        if (_perSecond > 0)
        {
            _sent[_count++ % _perSecond] = _time.GetTimestamp();
        }
    }

    /// <summary>IMDS has refused one as too many.</summary>
    public void Refused(TimeSpan? retryAfter)
    {
        var now = _time.GetTimestamp();
        var pause = retryAfter is { } asked && asked > TimeSpan.Zero ? asked : DefaultPause;
        pause = pause < LongestPause ? pause : LongestPause;
        _pausedUntil = Math.Max(_pausedUntil, now + (long)(pause.TotalSeconds * _time.TimestampFrequency));
        _allowed = Math.Max(Math.Min(1, _perSecond), _allowed / 2);
        _tightened = now;
    }

    private void Recover(long now)
    {
        while (_allowed < _perSecond && _time.GetElapsedTime(_tightened, now) >= RecoveryStep)
        {
            _allowed++;
            _tightened += (long)(RecoveryStep.TotalSeconds * _time.TimestampFrequency);
        }
    }
}
