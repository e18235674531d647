using ImdsProxy.Core.Requests;
using ImdsProxy.Forward.Imds;

namespace ImdsProxy.Forward.Sharing;

/// <summary>Determines the time for which an answer may be cached.</summary>
internal static class AnswerLife
{
    /// <summary>The time for which the answer may be cached; zero or less if it must not be cached.</summary>
    public static TimeSpan Of(ImdsRequest request, ImdsAnswer answer, SharingOptions options, DateTimeOffset now) => request.Endpoint.Kind switch
    {
        _ when answer.Failure != ForwardFailure.None || answer.Status != StatusCodes.Status200OK || request.Extra.Length > 0 => TimeSpan.Zero,
        EndpointKind.Token => OfToken(request, answer, options, now),
        EndpointKind.Instance => options.InstanceCacheMaxAge,
        _ => TimeSpan.Zero,
    };

    /// <summary>Whether a request may be answered from the cache.</summary>
    public static bool MayBeServed(ImdsRequest request) => request.Extra.IsEmpty && !WantsNew(request);

    /// <summary>Whether a request demands a new token, or a token that no other request can share.</summary>
    public static bool WantsNew(ImdsRequest request) =>
        request["bypass_cache"] == "true" || request["xms_cc"] is not null || request["token_sha256_to_refresh"] is not null;

    private static TimeSpan OfToken(ImdsRequest request, ImdsAnswer answer, SharingOptions options, DateTimeOffset now)
    {
        if (!options.TokenCache || WantsNew(request) || answer.Envelope?.ExpiresOn is not { } expiry)
        {
            return TimeSpan.Zero;
        }

        var left = expiry - now - options.TokenReserve;
        return left < options.TokenCacheMaxAge ? left : options.TokenCacheMaxAge;
    }
}
