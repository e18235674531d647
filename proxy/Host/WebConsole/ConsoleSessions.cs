using System.Security.Cryptography;
using System.Text;

namespace ImdsProxy.WebConsole;

/// <summary>
/// The sessions of a console. A printed URL carries a one-time token, which is exchanged for the bearer token of all later requests. There
/// is no cookie: browsers send cookies to every port of 127.0.0.1.
/// </summary>
internal sealed class ConsoleSessions(TimeProvider time)
{
    private const int Bytes = 32;

    // Somebody may press Enter many times. Only the last few URLs are still of use.
    private const int MostTokens = 16;

    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Hash, DateTimeOffset Until)> _tokens = new();
    private readonly string _bearer = Random();

    /// <summary>Creates a one-time token, which is good for ten minutes.</summary>
    public string NewToken()
    {
        var token = Random();
        lock (_lock)
        {
            _tokens.AddLast((Hash(token), time.GetUtcNow() + TokenLife));
            while (_tokens.Count > MostTokens)
            {
                _tokens.RemoveFirst();
            }
        }

        return token;
    }

    /// <summary>Exchanges a one-time token for the bearer token. Returns null if the token is unknown, used or too old.</summary>
    public string? Exchange(string? token)
    {
        var hash = Hash(token ?? "");
        var now = time.GetUtcNow();
        lock (_lock)
        {
            for (var node = _tokens.First; node is not null; node = node.Next)
            {
                if (node.Value.Hash == hash)
                {
                    _tokens.Remove(node);
                    return node.Value.Until > now ? _bearer : null;
                }
            }
        }

        return null;
    }

    /// <summary>Whether a request carries the bearer token.</summary>
    public bool Allows(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..])), SHA256.HashData(Encoding.UTF8.GetBytes(_bearer)));
    }

    private static string Random() => RandomNumberGenerator.GetHexString(2 * Bytes, lowercase: true);

    // Tokens are compared by their hashes, so that the time reveals nothing about them.
    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
