using System.Net;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.Forward.Limits;

namespace ImdsProxy.Forward.Sharing;

/// <summary>
/// Asks IMDS once for what several ask at the same time, and keeps what may be served again for a while. Nothing here
/// says who may have it: whoever serves an answer decides that for each request anew.
/// </summary>
internal sealed class AnswerSharing : IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(15);

    private readonly AnswerFetcher _fetcher;
    private readonly Lanes _lanes;
    private readonly SharingOptions _options;
    private readonly Func<ImdsRequest, CredentialAnswer, bool> _mayKeep;
    private readonly TimeProvider _time;
    private readonly AnswerCache _cache;
    private readonly Lock _gate = new();
    private readonly Dictionary<AnswerKey, Flight> _flights = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly ITimer _sweep;

    /// <param name="fetcher">Asks IMDS.</param>
    /// <param name="lanes">Whose turn it is.</param>
    /// <param name="options">What is kept, and how long.</param>
    /// <param name="mayKeep">Whether the policy of this moment permits a credential to anyone.</param>
    /// <param name="time">The clock.</param>
    public AnswerSharing(AnswerFetcher fetcher, Lanes lanes, SharingOptions options, Func<ImdsRequest, CredentialAnswer, bool> mayKeep, TimeProvider time)
    {
        (_fetcher, _lanes, _options, _mayKeep, _time) = (fetcher, lanes, options, mayKeep, time);
        _cache = new AnswerCache(options, time);
        _sweep = time.CreateTimer(_ => Sweep(static cache => cache.RemoveOver()), null, SweepInterval, SweepInterval);
    }

    /// <summary>How many answers are kept.</summary>
    public int Kept => _cache.Count;

    /// <summary>How many requests wait for what is being fetched.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _flights.Values.Sum(flight => flight.Waiting);
            }
        }
    }

    /// <summary>An answer from before, or null. Costs no task.</summary>
    public ImdsAnswer? Find(Permit permit, string metadata) =>
        AnswerLife.MayBeServed(permit.Request) ? _cache.Find(new AnswerKey(permit.Request, metadata)) : null;

    /// <summary>The answer that is being fetched for another already, or one that is fetched now.</summary>
    /// <param name="permit">Leave to fetch it.</param>
    /// <param name="metadata">The value of the header that IMDS demands, as it came.</param>
    /// <param name="caller">Whose turn it takes.</param>
    /// <param name="gone">The caller went away.</param>
    public async Task<SharedAnswer> FetchAsync(Permit permit, string metadata, IPAddress caller, CancellationToken gone)
    {
        var key = new AnswerKey(permit.Request, metadata);
        var lane = _lanes.Of(permit.Request.Endpoint);
        Flight? flight;
        var origin = AnswerOrigin.Joined;
        lock (_gate)
        {
            // It may have landed since the first look.
            if (Find(permit, metadata) is { } kept)
            {
                return new SharedAnswer(kept, AnswerOrigin.Cached);
            }

            if (_flights.TryGetValue(key, out flight) && flight.TryJoin())
            {
                // Not behind all else that another caller asked for.
                lane.JoinToo(flight.Turn, caller);
            }
            else
            {
                if (lane.TryJoin(caller) is not { } turn)
                {
                    return new SharedAnswer(ImdsAnswer.Throttled(lane.RetryAfter), AnswerOrigin.Fetched);
                }

                flight = _flights[key] = new Flight(turn);
                origin = AnswerOrigin.Fetched;
            }
        }

        var answer = origin == AnswerOrigin.Fetched
            ? await flight.LeadAsync(FlyAsync(key, flight, permit), gone)
            : await flight.WaitAsync(gone);
        return new SharedAnswer(answer, origin);
    }

    /// <summary>Lets nobody else join what is being fetched from an endpoint: it has been changed since.</summary>
    public void Part(EndpointKind endpoint)
    {
        lock (_gate)
        {
            foreach (var key in _flights.Keys.Where(key => key.Request.Endpoint.Kind == endpoint).ToList())
            {
                _flights.Remove(key);
            }
        }
    }

    /// <summary>Forgets the credentials that the policy no longer permits to anyone.</summary>
    public void ForgetForbidden()
    {
        List<KeyValuePair<AnswerKey, ImdsAnswer>> kept;
        lock (_gate)
        {
            kept = _cache.ToList();
        }

        // Judged by thousands of rules, that takes a while, and at the gate waits who asks for anything that is not kept.
        // What comes meanwhile is kept by the policy of this moment already.
        var forbidden = kept.Where(entry => entry.Value.Envelope is { } envelope && !_mayKeep(entry.Key.Request, envelope.Answer))
            .Select(static entry => entry.Value)
            .ToHashSet();
        Sweep(cache => cache.RemoveWhere((_, answer) => forbidden.Contains(answer)));
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => Sweep(static cache => cache.RemoveWhere(static (_, _) => true));

    public void Dispose()
    {
        _sweep.Dispose();
        _ending.Cancel();
        Clear();
        _ending.Dispose();
    }

    private void Sweep(Action<AnswerCache> sweep)
    {
        lock (_gate)
        {
            sweep(_cache);
        }
    }

    private async Task<ImdsAnswer> FlyAsync(AnswerKey key, Flight flight, Permit permit)
    {
        try
        {
            var answer = await AskAsync(key, flight.Turn, permit);
            Land(key, flight, answer);
            return answer;
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                Forget(key, flight);
            }

            flight.Crash(e);
            throw;
        }
    }

    private async Task<ImdsAnswer> AskAsync(AnswerKey key, Turn turn, Permit permit)
    {
        using (turn)
        {
            if (!await turn.WaitAsync(_ending.Token))
            {
                return ImdsAnswer.Throttled(turn.Lane.RetryAfter);
            }

            var answer = await _fetcher.FetchSharedAsync(permit, key.Metadata, _ending.Token);
            turn.Lane.Heard(answer.Status, answer.RetryAfter);
            return answer;
        }
    }

    private void Land(in AnswerKey key, Flight flight, ImdsAnswer answer)
    {
        lock (_gate)
        {
            // Kept before it is no longer in flight, so that whoever looks finds it in one of the two.
            Keep(key, flight, answer);
            Forget(key, flight);
        }

        flight.Land(answer);
    }

    private void Keep(in AnswerKey key, Flight flight, ImdsAnswer answer)
    {
        if (answer.Envelope is { } envelope && !_mayKeep(key.Request, envelope.Answer))
        {
            return;
        }

        var life = AnswerLife.Of(key.Request, answer, _options, _time.GetUtcNow());
        if (life > TimeSpan.Zero && IsCurrent(key, flight))
        {
            _cache.Add(key, answer, life);
        }
    }

    private bool IsCurrent(in AnswerKey key, Flight flight) => _flights.TryGetValue(key, out var current) && current == flight;

    private void Forget(in AnswerKey key, Flight flight)
    {
        if (IsCurrent(key, flight))
        {
            _flights.Remove(key);
        }
    }
}
