using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.Forward.Imds;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Runtime;

namespace ImdsProxy.Forward.Sharing;

/// <summary>
/// Sends one request to IMDS when several callers send equal requests at once, and caches the answer for a while. This class
/// does not authorize callers: the code that serves an answer authorizes each request.
/// </summary>
internal sealed class AnswerSharing : IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(15);

    private readonly AnswerFetcher _fetcher;
    private readonly TurnTaking _turns;
    private readonly SharingOptions _options;
    private readonly Func<ImdsRequest, CredentialAnswer, bool> _mayKeep;
    private readonly TimeProvider _time;
    private readonly AnswerCache _cache;
    private readonly Lock _gate = new();
    private readonly Dictionary<AnswerKey, Flight> _flights = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly ITimer _sweep;

    /// <param name="fetcher">Sends requests to IMDS.</param>
    /// <param name="turns">The queue in front of IMDS.</param>
    /// <param name="options">The settings of the cache.</param>
    /// <param name="mayKeep">Whether the current policy permits this credential to any caller.</param>
    /// <param name="time">The clock.</param>
    public AnswerSharing(AnswerFetcher fetcher, TurnTaking turns, SharingOptions options, Func<ImdsRequest, CredentialAnswer, bool> mayKeep, TimeProvider time)
    {
        (_fetcher, _turns, _options, _mayKeep, _time) = (fetcher, turns, options, mayKeep, time);
        _cache = new AnswerCache(options, time);
        _sweep = time.CreateTimer(_ => Sweep(static cache => cache.RemoveExpired()), null, SweepInterval, SweepInterval);
    }

    /// <summary>The number of cached answers.</summary>
    public int Cached => _cache.Count;

    /// <summary>The number of requests waiting for a fetch in flight.</summary>
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

    /// <summary>Returns a cached answer, or null. Allocates no task.</summary>
    public ImdsAnswer? Find(Permit permit, string metadata) =>
        AnswerLife.MayBeServed(permit.Request) ? _cache.Find(new AnswerKey(permit.Request, metadata)) : null;

    /// <summary>Joins the fetch in flight for the same key, or starts one. The caller gets a hold on the answer.</summary>
    /// <param name="permit">The permission to send the request.</param>
    /// <param name="metadata">The value of the <c>Metadata</c> header as received.</param>
    /// <param name="caller">The address of the caller, which takes the turn.</param>
    /// <param name="gone">Cancelled when the caller disconnects.</param>
    /// <param name="isShared">Whether the answer is cached or fetched for another request. False if it is fetched for this request.</param>
    public Task<ImdsAnswer> FetchAsync(Permit permit, string metadata, CallerKey caller, CancellationToken gone, out bool isShared)
    {
        var key = new AnswerKey(permit.Request, metadata);
        Flight? flight;
        lock (_gate)
        {
            // The answer may have been cached since the first lookup.
            isShared = true;
            if (Find(permit, metadata) is { } cached)
            {
                return Task.FromResult(cached);
            }

            flight = TryJoin(key, caller);
            if (flight is null)
            {
                isShared = false;
                if (_turns.TryJoin(permit, caller) is not { } turn)
                {
                    return Task.FromResult(_turns.Throttled(permit));
                }

                flight = _flights[key] = new Flight(turn);
            }
        }

        return isShared ? flight.WaitAsync(gone) : flight.LeadAsync(FlyAsync(key, flight, permit), gone);
    }

    /// <summary>Stops further requests from joining fetches in flight for an endpoint, because its content has changed.</summary>
    public void StopJoining(EndpointKind endpoint)
    {
        lock (_gate)
        {
            foreach (var key in _flights.Keys.Where(key => key.Request.Endpoint.Kind == endpoint).ToList())
            {
                _flights.Remove(key);
            }
        }
    }

    /// <summary>Evicts credentials that the policy no longer permits to any caller.</summary>
    public void EvictForbidden()
    {
        List<KeyValuePair<AnswerKey, ImdsAnswer>> kept;
        lock (_gate)
        {
            kept = _cache.ToList();
        }

        // Evaluating thousands of rules takes a while and would block every cache miss inside the lock, so it runs
        // outside. Answers that arrive meanwhile are already checked against the new policy.
        var forbidden = kept.Where(entry => entry.Value.Envelope is { } envelope && !_mayKeep(entry.Key.Request, envelope.Answer))
            .Select(static entry => entry.Value)
            .ToHashSet();
        Sweep(cache => cache.RemoveWhere((_, answer) => forbidden.Contains(answer)));
    }

    /// <summary>Evicts everything.</summary>
    public void EvictAll() => Sweep(static cache => cache.RemoveWhere(static (_, _) => true));

    public void Dispose()
    {
        _sweep.Dispose();
        _ending.Cancel();
        EvictAll();
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

    // The second caller joins the turn too. Otherwise its request would wait behind all earlier requests of the first caller.
    private Flight? TryJoin(in AnswerKey key, CallerKey caller)
    {
        if (!_flights.TryGetValue(key, out var flight) || !flight.TryJoin())
        {
            return null;
        }

        flight.Turn.JoinToo(caller);
        return flight;
    }

    private async Task<ImdsAnswer> AskAsync(AnswerKey key, Turn joined, Permit permit)
    {
        using var turn = await TurnTaking.GrantedAsync(joined, _ending.Token);
        return turn is null ? _turns.Throttled(permit) : TurnTaking.Heard(turn, await _fetcher.FetchSharedAsync(permit, key.Metadata, _ending.Token));
    }

    private void Land(in AnswerKey key, Flight flight, ImdsAnswer answer)
    {
        lock (_gate)
        {
            // Cache the answer before it leaves the flights, so that a lookup always finds it in one of the two.
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
