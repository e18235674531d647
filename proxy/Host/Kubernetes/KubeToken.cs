using ImdsProxy.Runtime;

namespace ImdsProxy.Kubernetes;

/// <summary>The service account's token, read again each minute and whenever the API server refuses it.</summary>
internal sealed class KubeToken(string? path, TimeProvider time)
{
    // As often as client-go does; the kubelet rotates a token at 80 % of its life, an hour at least.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    // A service account's token has one or two KiB.
    private const int Longest = 64 << 10;

    private readonly Lock _gate = new();
    private string? _token;
    private long _readAt;

    /// <summary>The token, or null where none is configured.</summary>
    /// <exception cref="KubeException">The file can't be read.</exception>
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

    /// <summary>Makes the next <see cref="Read"/> read the file.</summary>
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
                : throw new KubeException($"the token file {path} holds no token");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeException($"the token file {path} can't be read: {e.Message}", e);
        }
    }
}
