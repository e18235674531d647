using System.Security.Cryptography;
using System.Text;
using ImdsProxy.Runtime;

namespace ImdsProxy.Management;

/// <summary>
/// The bearer token of the management listener. Its file is read for each guarded request, so that a new token
/// counts at once, however it got there; such requests are few.
/// </summary>
internal sealed partial class ManagementToken(string? path, ILogger<ManagementToken> logger)
{
    /// <summary>Below this a token could be guessed; an empty or cut file lets nobody in.</summary>
    public const int Shortest = 16;

    private const int Longest = 4096;
    private const string Scheme = "Bearer ";

    private volatile bool _unusable;

    /// <summary>Whether a token could let anybody in.</summary>
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

    // Hashes have one length, so that the time tells neither the token's bytes nor their number.
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
        [LoggerMessage(Level = LogLevel.Warning, EventName = "ManagementTokenUnusable", Message = "The management token file {Path} can't be read or holds fewer than {Shortest} characters: nobody gets in by token")]
        public static partial void TokenUnusable(ILogger logger, string? path, int shortest);
    }
}
