using System.Net;

namespace ImdsProxy.Kubernetes;

/// <summary>The API server was unreachable or rejected a request. The message is safe to log, because it never contains a token.</summary>
internal sealed class KubeException : Exception
{
    public KubeException()
    {
    }

    public KubeException(string message)
        : base(message)
    {
    }

    public KubeException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public KubeException(string message, HttpStatusCode status, string? reason, TimeSpan? retryAfter)
        : base(message)
    {
        Status = status;
        Reason = reason;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status of the response, or null if there was no response.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The machine-readable reason in the API's Status object, or null.</summary>
    public string? Reason { get; }

    /// <summary>The delay that the server asked for, or null.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the requested resourceVersion or continue token is too old, so that only a new list helps.</summary>
    public bool IsExpired => Status == HttpStatusCode.Gone || Reason is "Expired" or "Gone";

    /// <summary>Whether the server's cache has not reached the requested resourceVersion yet.</summary>
    public bool IsAheadOfServer { get; init; }
}
