using System.Collections.Concurrent;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// Parses like <see cref="ImdsRequestParser"/> and caches the results by target, because clients repeat the same few requests.
/// Headers are checked for each request.
/// </summary>
public sealed class RequestMemory
{
    /// <summary>The limit of each of the two generations. The pods of a node use about ten resources, ten identities and ten paths.</summary>
    private const int MaxTargets = 512;

    /// <summary>Known clients of IMDS stay below this limit, which keeps a pod from filling the memory with longer targets.</summary>
    private const int MaxLength = 512;

    // Only GET requests are cached. Other methods are rare, and a lookup by target alone is a third faster.
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

    // A pod that fills the cache only makes the generations change faster. A target used since the last change survives the next one.
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

    // The dictionary has only one lock, because Count takes all locks, and each request with a new target reads Count.
    private static ConcurrentDictionary<string, ImdsRequest> New() => new(concurrencyLevel: 1, MaxTargets, StringComparer.Ordinal);
}
