using System.Threading.Channels;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Enforce;

/// <summary>
/// Summarizes requests that exceed their caller's rate and issued no credential: one record per caller, verdict, reason and second, written
/// when the second ends. A request may be answered as soon as it is counted, because only a crash loses the count
/// (docs/decisions/0022).
/// </summary>
internal sealed class Summaries : IAsyncDisposable
{
    /// <summary>The maximum number of open summaries. A node runs at most 250 pods, and each pod gets few verdicts and reasons. Further callers share summaries.</summary>
    public const int MaxOpen = 4096;

    // The number of seconds whose records may wait for the log. Beyond that, each request waits for its own record.
    private const int MaxUnwritten = 2;

    // Without the margin, a timer that fires slightly early would find the second not over yet.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly IAuditLog _log;
    private readonly Action<AuditRecord, bool> _recorded;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Channel<IReadOnlyCollection<Summary>> _seconds = Channel.CreateUnbounded<IReadOnlyCollection<Summary>>();
    private readonly CancellationTokenSource _closing = new();
    private readonly ITimer _timer;
    private readonly Task _writing;
    private Dictionary<SummaryKey, Summary> _open = [];
    private long _second;
    private int _unwritten;
    private bool _isClosed;

    /// <param name="log">The log that receives the records.</param>
    /// <param name="recorded">Called with each record and a flag that tells whether it was written.</param>
    /// <param name="time">The clock.</param>
    public Summaries(IAuditLog log, Action<AuditRecord, bool> recorded, TimeProvider time)
    {
        (_log, _recorded, _time) = (log, recorded, time);
        _timer = time.CreateTimer(static self => ((Summaries)self!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _writing = WriteAsync();
    }

    /// <summary>
    /// Counts a request in the summary of its caller, verdict, reason and second. Returns false if the log can't be written at the moment:
    /// then the request needs its own record, like any other request.
    /// </summary>
    /// <param name="record">The request.</param>
    /// <param name="id">The summary's id.</param>
    public bool TryAdd(AuditRecord record, out string id)
    {
        id = "";
        if (_log.Failure is not null)
        {
            return false;
        }

        var second = _time.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            if (second != _second)
            {
                EndSecond(next: second);
            }

            if (_isClosed || _unwritten >= MaxUnwritten)
            {
                return false;
            }

            var summary = Find(record);
            summary.Add(record);
            id = summary.Id;
            return true;
        }
    }

    /// <summary>Writes the open summaries. Later requests are not summarized.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            EndSecond(next: 0);
            _isClosed = true;
        }

        _seconds.Writer.TryComplete();
        await _closing.CancelAsync();
        try
        {
            await _writing.WaitAsync(Patience, _time);
        }
        catch (TimeoutException)
        {
            // The log is stalled, but the process must end.
        }

        await _timer.DisposeAsync();
    }

    private Summary Find(AuditRecord record)
    {
        if (_open.TryGetValue(SummaryKey.Of(record), out var known))
        {
            return known;
        }

        if (_open.Count < MaxOpen)
        {
            if (_open.Count == 0)
            {
                WakeAtTheEndOfTheSecond();
            }

            return _open[SummaryKey.Of(record)] = new Summary(record, isOfOthers: false);
        }

        return _open.TryGetValue(SummaryKey.OfOthers(record), out var others)
            ? others
            : _open[SummaryKey.OfOthers(record)] = new Summary(record, isOfOthers: true);
    }

    // No timer runs while all callers stay within their rates.
    private void WakeAtTheEndOfTheSecond() =>
        _timer.Change(TimeSpan.FromMilliseconds(1000 - _time.GetUtcNow().Millisecond) + Margin, Timeout.InfiniteTimeSpan);

    private void Wake()
    {
        lock (_gate)
        {
            var second = _time.GetUtcNow().ToUnixTimeSeconds();
            if (second != _second)
            {
                EndSecond(next: second);
            }
            else if (!_isClosed)
            {
                WakeAtTheEndOfTheSecond();
            }
        }
    }

    private void EndSecond(long next)
    {
        _second = next;
        if (_open.Count > 0 && _seconds.Writer.TryWrite(_open.Values))
        {
            _open = [];
            _unwritten++;
        }
    }

    private async Task WriteAsync()
    {
        await foreach (var summaries in _seconds.Reader.ReadAllAsync())
        {
            foreach (var summary in summaries)
            {
                var record = summary.Record();
                _recorded(record, await WriteAsync(record));
            }

            lock (_gate)
            {
                _unwritten--;
            }
        }
    }

    // Retries until the log accepts the record, so that a short failure loses no count.
    private async Task<bool> WriteAsync(AuditRecord record)
    {
        while (!await _log.WriteAsync(record))
        {
            if (!await WaitForTheLogAsync())
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> WaitForTheLogAsync()
    {
        try
        {
            do
            {
                await Task.Delay(Patience, _time, _closing.Token);
            }
            while (_log.Failure is not null);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
