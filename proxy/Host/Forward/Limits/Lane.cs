using ImdsProxy.Runtime;

namespace ImdsProxy.Forward.Limits;

/// <summary>
/// The queue for one kind of request to IMDS, limited to the rate that IMDS accepts. Waiting requests are sent
/// round-robin across callers, so a caller with many requests delays itself and not the others.
/// </summary>
internal sealed class Lane : IDisposable
{
    // Bounds the delay before an expired wait is noticed, even when the clock jumps.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(200);

    /// <summary>The learned limits expire after this time without a 429, because limits of clouds and hosts change.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);

    private readonly LaneOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly SendWindow _window;
    private readonly RoundRobin _waiting;
    private readonly ITimer _timer;
    private int _sending;
    private long? _lastRefused;
    private long _wakesAt = long.MaxValue;

    public Lane(LaneOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _window = new SendWindow(options.PerSecond, time);
        _waiting = new RoundRobin(options.DepthPerCaller, options.Depth);
        _timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time after which a retry makes sense; at least one second.</summary>
    public TimeSpan RetryAfter
    {
        get
        {
            lock (_gate)
            {
                var next = _window.UntilNext();
                return next > TimeSpan.FromSeconds(1) ? next : TimeSpan.FromSeconds(1);
            }
        }
    }

    /// <summary>Returns a turn, which may already be granted, or null if too many requests are waiting.</summary>
    public Turn? TryJoin(CallerKey caller)
    {
        var turn = new Turn(this);
        lock (_gate)
        {
            turn.Until = Deadline();
            if (IsOpen())
            {
                Grant(turn, caller);
            }
            else if (!_waiting.TryAdd(caller, turn))
            {
                return null;
            }
        }

        Pump();
        return turn;
    }

    /// <summary>Adds another caller to a turn. The turn is granted as soon as either caller is next.</summary>
    public void JoinToo(Turn turn, CallerKey caller)
    {
        lock (_gate)
        {
            if (turn.State == TurnState.Waiting && _waiting.TryAdd(caller, turn))
            {
                turn.Until = Deadline();
            }
        }

        Pump();
    }

    /// <summary>Grants a turn immediately, for callers that must not be delayed.</summary>
    public Turn Pass()
    {
        var turn = new Turn(this);
        lock (_gate)
        {
            Grant(turn, caller: null);
        }

        return turn;
    }

    /// <summary>Records IMDS's response to a sent request.</summary>
    public void Heard(int? status, TimeSpan? retryAfter)
    {
        if (status == StatusCodes.Status429TooManyRequests && !_options.IsUnlimited)
        {
            lock (_gate)
            {
                // The first 429 in learning mode shows only that limits exist, not that they are stricter than documented.
                _window.Refused(retryAfter, tighten: !_options.Learns || _lastRefused is not null);
                _lastRefused = _time.GetTimestamp();
            }
        }
    }

    /// <summary>Ends a turn.</summary>
    public void End(Turn turn)
    {
        lock (_gate)
        {
            _sending -= turn.State == TurnState.Granted ? 1 : 0;
            turn.State = TurnState.Over;
        }

        turn.Settle(granted: false);
        Pump();
    }

    public void Dispose() => _timer.Dispose();

    // Whether requests can currently be sent without waiting.
    private bool IsOpen()
    {
        if (_lastRefused is { } last && _waiting.Count == 0 && _time.GetElapsedTime(last) >= Calm)
        {
            _lastRefused = null;
        }

        return _options.IsUnlimited || (_options.Learns && _lastRefused is null);
    }

    private void Pump()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return;
            }

            var wait = _window.UntilNext();
            while (wait == TimeSpan.Zero && (_options.AtOnce == 0 || _sending < _options.AtOnce) && _waiting.Next(_window.MaySend) is { } next)
            {
                Grant(next.Turn, next.Caller);
                wait = _window.UntilNext();
            }

            if (_waiting.Count > 0)
            {
                var sleep = wait > TimeSpan.Zero && wait < LongestSleep ? wait : LongestSleep;
                SleepAtMost(sleep + TimeSpan.FromMilliseconds(1));
            }
        }
    }

    private void SleepAtMost(TimeSpan sleep)
    {
        var at = _time.GetTimestamp() + (long)(sleep.TotalSeconds * _time.TimestampFrequency);
        if (at < _wakesAt)
        {
            _wakesAt = at;
            _timer.Change(sleep, Timeout.InfiniteTimeSpan);
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            _wakesAt = long.MaxValue;
            _waiting.DropWhere(IsLate);
        }

        Pump();
    }

    private void Grant(Turn turn, CallerKey? caller)
    {
        turn.State = TurnState.Granted;
        _sending++;
        _window.Send(caller);
        turn.Settle(granted: true);
    }

    private bool IsLate(Turn turn)
    {
        if (turn.State == TurnState.Waiting && _time.GetTimestamp() >= turn.Until)
        {
            turn.State = TurnState.Over;
            turn.Settle(granted: false);
        }

        return turn.State != TurnState.Waiting;
    }

    private long Deadline() => _time.GetTimestamp() + (long)(_options.Wait.TotalSeconds * _time.TimestampFrequency);
}
