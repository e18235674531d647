using System.Collections.Immutable;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Sources;
using ImdsProxy.WebConsole.Answers;

namespace ImdsProxy.WebConsole.Inputs;

/// <summary>The demands of the log. Views that ask at the same time share one read, and a read that nobody waits for any more ends.</summary>
internal sealed class LogReading(IAuditSource source, TimeProvider time)
{
    // Long enough that the views of a page agree, and short enough that a reload shows what is new.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    // A result holds some tens of megabytes for a large cluster.
    private const int MostKept = 4;

    private readonly Lock _lock = new();
    private readonly List<Reading> _readings = [];

    /// <summary>The number of bytes that the running read has read, or null if none runs.</summary>
    public long? Running
    {
        get
        {
            lock (_lock)
            {
                return _readings.Find(static reading => !reading.Task.IsCompleted)?.Read.Total;
            }
        }
    }

    /// <summary>The number of requests in the last complete read of the whole log, or null.</summary>
    public long? Requests { get; private set; }

    /// <summary>Returns the demands of a time range.</summary>
    /// <param name="since">The beginning of the range, as on the command line, or null for all.</param>
    /// <param name="labelKeys">The labels that the policies name.</param>
    /// <param name="cancellation">Ends the wait, and the read if nobody else waits for it.</param>
    /// <exception cref="ConsoleProblem">Nothing can be answered from the log.</exception>
    public async Task<LogFindings> FindAsync(string? since, ImmutableSortedSet<string> labelKeys, CancellationToken cancellation)
    {
        var reading = Join(since, labelKeys);
        try
        {
            var findings = await reading.Task.WaitAsync(cancellation);
            Requests = since is null ? findings.Table.Requests : Requests;
            LogProblems.Check(findings, new AuditQuestion([], Since(since)));
            return findings;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or HttpRequestException)
        {
            throw new ConsoleProblem(StatusCodes.Status409Conflict, "log_unreadable", e.Message);
        }
        finally
        {
            Leave(reading);
        }
    }

    private Reading Join(string? since, ImmutableSortedSet<string> labelKeys)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _readings.RemoveAll(reading => reading.Task.IsCompleted && (!reading.Task.IsCompletedSuccessfully || now - reading.Began > Fresh));
            var found = _readings.Find(reading => reading.Since == since && labelKeys.IsSubsetOf(reading.LabelKeys));
            if (found is null)
            {
                found = new Reading(since, labelKeys, now);
                found.Task = Task.Run(() => source.ReduceAsync(new DemandRequest(new AuditQuestion([], Since(since)), labelKeys), found.Read, found.Ending.Token), CancellationToken.None);
                _readings.Add(found);
                if (_readings.FindIndex(static reading => reading.Task.IsCompleted) is var oldest and >= 0 && _readings.Count > MostKept)
                {
                    _readings.RemoveAt(oldest);
                }
            }

            found.Waiters++;
            return found;
        }
    }

    private void Leave(Reading reading)
    {
        lock (_lock)
        {
            if (--reading.Waiters == 0 && !reading.Task.IsCompleted)
            {
                _readings.Remove(reading);
                reading.Ending.Cancel();
            }
        }
    }

    private DateTimeOffset? Since(string? since) => since is null ? null : AuditMoment.Parse(since, time.GetUtcNow());

    private sealed class Reading(string? since, ImmutableSortedSet<string> labelKeys, DateTimeOffset began)
    {
        public string? Since => since;

        public ImmutableSortedSet<string> LabelKeys => labelKeys;

        public DateTimeOffset Began => began;

        public ReadBytes Read { get; } = new();

        public CancellationTokenSource Ending { get; } = new();

        public Task<LogFindings> Task { get; set; } = null!;

        public int Waiters { get; set; }
    }
}
