using System.Net;

namespace ImdsProxy.Kubernetes;

/// <summary>The API server could not be asked, or said no. Its message is fit for a log: no token is ever in it.</summary>
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

    /// <summary>The status the API server answered with, or null where it did not answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The machine-readable reason of the API's Status object, or null.</summary>
    public string? Reason { get; }

    /// <summary>How long the server asks to be left alone, or null.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the resourceVersion or continue token asked for is too old: only a fresh list helps.</summary>
    public bool IsExpired => Status == HttpStatusCode.Gone || Reason is "Expired" or "Gone";

    /// <summary>Whether the server's cache has not come as far as the resourceVersion asked for.</summary>
    public bool IsAheadOfServer { get; init; }
}
