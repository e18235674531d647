using System.Buffers;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes to stdout in addition to a directory. A separate thread writes the waiting lines, so a stalled reader delays no
/// request. The waiting lines are limited in bytes; lines that do not fit are lost and counted.
/// </summary>
internal sealed partial class LaggingOutput
{
    /// <summary>The limit in bytes: half for the lines that are being written, and half for the lines behind them.</summary>
    public const int Limit = 4 << 20;

    // The limit of each of the two buffers. A little less than a power of two, so that the buffer does not double for a remainder.
    private const int MostInBuffer = (Limit / 2) - 1024;

    // How often a waiting thread checks the clock. A test may control that clock.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    private readonly object _gate = new();
    private readonly IRecordOutput _output;
    private readonly TimeSpan _deadline;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<Ticket> _waiters = [];
    private LineBuffer _filling = new();
    private LineBuffer _writing = new();
    private string? _failure;
    private long _began;
    private bool _isWriting;
    private bool _isIdle;
    private bool _isClosed;
    private long _lost;

    public LaggingOutput(IRecordOutput output, TimeSpan deadline, TimeProvider time, ILogger logger)
    {
        (_output, _deadline, _time, _logger) = (output, deadline, time, logger);
        new Thread(Run) { IsBackground = true, Name = "audit-stdout" }.Start();
    }

    /// <summary>The number of lines that did not fit or could not be written.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>The reason why lines are not being written, or null.</summary>
    public string? Failure
    {
        get
        {
            lock (_gate)
            {
                return IsStalled ? $"stdout has not accepted a line for {_deadline.TotalSeconds:0.#} s: its reader has stalled" : _failure;
            }
        }
    }

    private bool IsStalled => _isWriting && _time.GetElapsedTime(_began) >= _deadline;

    /// <summary>Passes lines to the thread, without waiting.</summary>
    public void Post(ReadOnlySpan<byte> lines)
    {
        lock (_gate)
        {
            if (!TryAdd(lines))
            {
                Lose(lines);
            }
        }
    }

    /// <summary>Waits until lines are written, up to the deadline.</summary>
    public Delivery Deliver(ReadOnlySpan<byte> lines) => Deliver(lines, _time.GetTimestamp());

    /// <summary>Waits until lines are written, up to the deadline of work that began earlier.</summary>
    public Delivery Deliver(ReadOnlySpan<byte> lines, long began)
    {
        lock (_gate)
        {
            if (IsStalled || _time.GetElapsedTime(began) >= _deadline || !TryAdd(lines))
            {
                return Delivery.Refused;
            }

            var ticket = new Ticket();
            _waiters.Add(ticket);
            while (ticket.Result is null && _time.GetElapsedTime(began) < _deadline)
            {
                Monitor.Wait(_gate, LongestWait);
            }

            _waiters.Remove(ticket);
            return ticket.Result ?? Delivery.InDoubt;
        }
    }

    /// <summary>Waits until all lines are written. If the time limit expires or the reader stalls, the waiting lines are lost.</summary>
    public void Flush(TimeSpan patience)
    {
        lock (_gate)
        {
            var began = _time.GetTimestamp();
            while ((_isWriting || _filling.Length > 0) && !IsStalled && _time.GetElapsedTime(began) < patience)
            {
                Monitor.Wait(_gate, LongestWait);
            }

            Lose(_filling.Written);
            _filling.Clear();
        }
    }

    /// <summary>Flushes, and takes no further lines.</summary>
    public void Close(TimeSpan patience)
    {
        Flush(patience);
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private bool TryAdd(ReadOnlySpan<byte> lines)
    {
        if (_isClosed || _filling.Length + lines.Length > MostInBuffer)
        {
            return false;
        }

        _filling.Write(lines);
        if (_isIdle)
        {
            _isIdle = false;
            Monitor.PulseAll(_gate);
        }

        return true;
    }

    private void Run()
    {
        while (Take() is { } tickets)
        {
            var failure = TryWrite();
            lock (_gate)
            {
                End(tickets, failure);
            }
        }
    }

    // Takes the next lines to write, and returns the tickets of their waiters; null at the end.
    private Ticket[]? Take()
    {
        lock (_gate)
        {
            while (_filling.Length == 0)
            {
                if (_isClosed)
                {
                    return null;
                }

                _isIdle = true;
                Monitor.Wait(_gate);
            }

            _isIdle = false;
            (_filling, _writing) = (_writing, _filling);
            _isWriting = true;
            _began = _time.GetTimestamp();
            return [.. _waiters];
        }
    }

    private string? TryWrite()
    {
        try
        {
            _output.Write(_writing.Written);
            return null;
        }
        catch (Exception e)
        {
            // No output is known to throw anything but IOException. This thread must not end, or all later lines would be lost.
            return e.Message;
        }
    }

    private void End(Ticket[] tickets, string? failure)
    {
        if (failure is not null)
        {
            Lose(_writing.Written);
            if (_failure is null)
            {
                Log.StdoutFailed(_logger, failure);
            }
        }

        _failure = failure;
        foreach (var ticket in tickets)
        {
            ticket.Result = failure is null ? Delivery.Written : Delivery.Refused;
        }

        _isWriting = false;
        _writing.Clear();
        Monitor.PulseAll(_gate);
    }

    private void Lose(ReadOnlySpan<byte> lines) => Interlocked.Add(ref _lost, lines.Count((byte)'\n'));

    private sealed class Ticket
    {
        public Delivery? Result { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditStdoutFailed", Level = LogLevel.Error, Message = "{Cause}")]
        public static partial void StdoutFailed(ILogger logger, string cause);
    }
}
