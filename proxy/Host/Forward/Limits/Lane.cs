using System.Net;

namespace ImdsProxy.Forward.Limits;

/// <summary>
/// The way to IMDS for one kind of request, as wide as IMDS's limits. Those that wait go in turns, one of each caller, so
/// that who asks much waits long and the others don't.
/// </summary>
internal sealed class Lane : IDisposable
{
    // Who waits too long is told within this, and a clock that jumps does no harm beyond it.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(200);

    /// <summary>Without a 429 for this long, what was learned counts no more: limits of clouds and hosts change.</summary>
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

    /// <summary>When it is worth while to ask again.</summary>
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

    /// <summary>A turn, which may have come already; null where too many wait.</summary>
    public Turn? TryJoin(IPAddress caller)
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

    /// <summary>Another caller waits for the same turn: it comes when either's does.</summary>
    public void JoinToo(Turn turn, IPAddress caller)
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

    /// <summary>A turn that waits for nobody: for callers that nothing may slow down.</summary>
    public Turn Pass()
    {
        var turn = new Turn(this);
        lock (_gate)
        {
            Grant(turn, caller: null);
        }

        return turn;
    }

    /// <summary>What IMDS answered to one that was sent.</summary>
    public void Heard(int? status, TimeSpan? retryAfter)
    {
        if (status == StatusCodes.Status429TooManyRequests && !_options.IsUnlimited)
        {
            lock (_gate)
            {
                // The first one that is learned from tells that there are limits, not that they are narrower than documented.
                _window.Refused(retryAfter, tighten: !_options.Learns || _lastRefused is not null);
                _lastRefused = _time.GetTimestamp();
            }
        }
    }

    /// <summary>A turn is over.</summary>
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

    // Whether nothing has to wait now.
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

    private void Grant(Turn turn, IPAddress? caller)
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
