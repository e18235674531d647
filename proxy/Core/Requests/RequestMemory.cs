using System.Collections.Concurrent;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// Parses as <see cref="ImdsRequestParser"/> does, and remembers what came of a target: clients ask for the same few things
/// again and again. What depends on the headers is looked at each time.
/// </summary>
public sealed class RequestMemory
{
    /// <summary>A node's pods ask for some ten resources as some ten identities, and for as many paths. There are two generations.</summary>
    private const int MaxTargets = 512;

    /// <summary>IMDS's known clients stay below; longer ones are a pod's way to fill memory.</summary>
    private const int MaxLength = 512;

    // Of GET requests: others are rare, and by the target alone the lookup is a third faster.
    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<string, ImdsRequest> _young = New();
    private volatile ConcurrentDictionary<string, ImdsRequest> _old = New();

    /// <inheritdoc cref="ImdsRequestParser.Parse"/>
    public RequestResult Parse<THeaders>(string method, string target, in THeaders headers)
        where THeaders : struct, IRequestHeaders, allows ref struct
    {
        if (method == "GET" && Find(target) is { } known)
        {
            return HeaderRules.Apply(headers, known);
        }

        var parsed = ImdsRequestParser.ParseTarget(method, target);
        if (!parsed.IsParsed)
        {
            return parsed;
        }

        if (method == "GET" && target.Length <= MaxLength)
        {
            Remember(target, parsed.Request);
        }

        return HeaderRules.Apply(headers, parsed.Request);
    }

    private ImdsRequest? Find(string target)
    {
        if (_young.TryGetValue(target, out var known))
        {
            return known;
        }

        if (_old.TryGetValue(target, out known))
        {
            Remember(target, known);
        }

        return known;
    }

    // Who fills it with rubbish makes it turn faster, but what was asked for again since the last turn outlives the next.
    private void Remember(string target, ImdsRequest request)
    {
        if (_young.Count >= MaxTargets)
        {
            Turn();
        }

        _young.TryAdd(target, request);
    }

    private void Turn()
    {
        lock (_turning)
        {
            if (_young.Count >= MaxTargets)
            {
                _old = _young;
                _young = New();
            }
        }
    }

    // One lock: to count takes all there are, and a pod that asks for ever new targets makes each request count.
    private static ConcurrentDictionary<string, ImdsRequest> New() => new(concurrencyLevel: 1, MaxTargets, StringComparer.Ordinal);
}
