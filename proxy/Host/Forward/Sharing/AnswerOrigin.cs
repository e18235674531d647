namespace ImdsProxy.Forward.Sharing;

/// <summary>Whether a request's answer was fetched for it.</summary>
internal enum AnswerOrigin
{
    /// <summary>Fetched for this request.</summary>
    Fetched,

    /// <summary>Fetched for another, while this one waited too.</summary>
    Joined,

    /// <summary>Kept from before.</summary>
    Cached,
}
