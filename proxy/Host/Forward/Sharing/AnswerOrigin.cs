namespace ImdsProxy.Forward.Sharing;

/// <summary>Where a request's answer came from.</summary>
internal enum AnswerOrigin
{
    /// <summary>Fetched for this request.</summary>
    Fetched,

    /// <summary>Fetched for another request that this one joined.</summary>
    Joined,

    /// <summary>Served from the cache.</summary>
    Cached,
}
