using System.Collections.Concurrent;

namespace ImdsProxy.FakeImds;

/// <summary>
/// <c>/metadata/identity/oauth2/token</c>. Caches each token until it is about to expire or a request has
/// <c>bypass_cache=true</c>.
/// </summary>
internal sealed class TokenEndpoint(FakeIdentities identities, TimeProvider time)
{
    // Callers choose the resource, so the cache needs a bound. A cache of this size fits into a test's memory.
    private const int MaxKept = 10_000;

    private static readonly TimeSpan RenewedBeforeEnd = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(FakeIdentity, string), FakeToken> _kept = new();

    public FakeReply Answer(FakeRequest request)
    {
        if (request.Query["resource"] is not { Length: > 0 } resource)
        {
            return ImdsErrors.ResourceMissing;
        }

        var (identity, error) = identities.Find(request.Query);
        return identity is null ? error! : Issue(identity, resource, request.Query["bypass_cache"]);
    }

    private FakeReply Issue(FakeIdentity identity, string resource, string? bypassCache)
    {
        var now = time.GetUtcNow();
        var bypass = "true".Equals(bypassCache, StringComparison.OrdinalIgnoreCase);
        if (bypass || !_kept.TryGetValue((identity, resource), out var token) || Ends(token, now))
        {
            token = new(identity, resource, now);
            Keep((identity, resource), token);
        }

        return token.ReplyAt(now);
    }

    private void Keep((FakeIdentity, string) key, FakeToken token)
    {
        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        _kept[key] = token;
    }

    private static bool Ends(FakeToken token, DateTimeOffset now) =>
        token.ExpiresOn - now.ToUnixTimeSeconds() <= RenewedBeforeEnd.TotalSeconds;
}
