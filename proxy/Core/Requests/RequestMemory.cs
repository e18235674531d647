using System.Collections.Concurrent;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// Parses as <see cref="ImdsRequestParser"/> does, and remembers what came of a target: clients ask for the same few things
/// again and again. What depends on the headers is looked at each time.
/// </summary>
public sealed class RequestMemory
{
    /// <summary>A node's pods ask for some ten resources as some ten identities, and for as many paths.</summary>
    private const int MaxTargets = 512;

    /// <summary>IMDS's known clients stay below; longer ones are a pod's way to fill memory.</summary>
    private const int MaxLength = 512;

    private readonly ConcurrentDictionary<(string Method, string Target), ImdsRequest> _requests = new();

    /// <inheritdoc cref="ImdsRequestParser.Parse"/>
    public RequestResult Parse<THeaders>(string method, string target, in THeaders headers)
        where THeaders : struct, IRequestHeaders, allows ref struct
    {
        if (_requests.TryGetValue((method, target), out var known))
        {
            return HeaderRules.Check(headers, known) is { } error ? error : known;
        }

        var parsed = ImdsRequestParser.Parse(method, target, headers);
        if (parsed.IsParsed && target.Length <= MaxLength)
        {
            Remember((method, target), parsed.Request);
        }

        return parsed;
    }

    private void Remember((string Method, string Target) key, ImdsRequest request)
    {
        // Who fills it with rubbish makes the others be parsed once more.
        if (_requests.Count >= MaxTargets)
        {
            _requests.Clear();
        }

        _requests[key] = request;
    }
}
