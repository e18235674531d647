using ImdsProxy.Runtime;

namespace ImdsProxy.Kubernetes;

/// <summary>The service account's token. It is re-read every minute, and whenever the API server rejects it.</summary>
internal sealed class KubeToken(string? path, TimeProvider time)
{
    // client-go uses the same interval. The kubelet rotates a token at 80 % of its lifetime, which is at least an hour.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    // A service account's token has one or two KiB.
    private const int Longest = 64 << 10;

    private readonly Lock _gate = new();
    private string? _token;
    private long _readAt;

    /// <summary>Returns the token, or null if none is configured.</summary>
    /// <exception cref="KubeException">The token file cannot be read.</exception>
    public string? Read()
    {
        if (path is null)
        {
            return null;
        }

        lock (_gate)
        {
            if (_token is null || time.GetElapsedTime(_readAt) >= MaxAge)
            {
                _token = ReadFile(path);
                _readAt = time.GetTimestamp();
            }

            return _token;
        }
    }

    /// <summary>Makes the next <see cref="Read"/> re-read the file.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _token = null;
        }
    }

    private static string ReadFile(string path)
    {
        try
        {
            var token = BoundedFile.ReadText(path, Longest).Trim();
            return token.Length > 0 && token.All(static c => c is > ' ' and < (char)0x7f)
                ? token
                : throw new KubeException($"the token file {path} does not contain a token");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeException($"the token file {path} cannot be read: {e.Message}", e);
        }
    }
}
