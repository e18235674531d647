using System.Security.Cryptography;
using System.Text;
using ImdsProxy.Runtime;

namespace ImdsProxy.Management;

/// <summary>
/// The bearer token of the management listener. Guarded requests are few, so each request reads the token's file, and a new token
/// takes effect at once.
/// </summary>
internal sealed partial class ManagementToken(string? path, ILogger<ManagementToken> logger)
{
    /// <summary>In characters. A shorter token could be guessed, and the minimum also means that an empty or truncated file admits nobody.</summary>
    public const int Shortest = 16;

    private const int Longest = 4096;
    private const string Scheme = "Bearer ";

    private volatile bool _unusable;

    /// <summary>Whether a token file was given.</summary>
    public bool IsConfigured => path is not null;

    /// <summary>Whether the request carries the token: as a bearer, or as <c>access_token</c> in its query (RFC 6750, 2.3), for URLs that <c>demo</c> prints.</summary>
    public bool Allows(HttpRequest request) =>
        Given(request) is { Length: > 0 } given && Expected() is { } expected && SameSecret(given, expected);

    private static string? Given(HttpRequest request)
    {
        if (request.Headers.Authorization.ToString() is { Length: > 0 } header)
        {
            return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
        }

        return request.Query["access_token"];
    }

    // Compares hashes, which have equal lengths, so that the time reveals neither the token's bytes nor their number.
    private static bool SameSecret(string given, string expected) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)),
        SHA256.HashData(Encoding.UTF8.GetBytes(expected)));

    private string? Expected()
    {
        var token = path is null ? null : Read(path);
        var unusable = token is null or { Length: < Shortest };
        if (unusable && !_unusable)
        {
            Log.TokenUnusable(logger, path, Shortest);
        }

        _unusable = unusable;
        return unusable ? null : token;
    }

    private static string? Read(string path)
    {
        try
        {
            return BoundedFile.ReadText(path, Longest).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ManagementTokenUnusable", Level = LogLevel.Warning, Message = "The management token file {Path} can't be read or holds fewer than {Shortest} characters: requests with a token are refused")]
        public static partial void TokenUnusable(ILogger logger, string? path, int shortest);
    }
}
