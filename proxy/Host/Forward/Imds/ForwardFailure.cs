namespace ImdsProxy.Forward.Imds;

/// <summary>The reason why no answer from IMDS can be passed on.</summary>
internal enum ForwardFailure
{
    None,

    /// <summary>The connection could not be established, or it broke.</summary>
    Unreachable,

    /// <summary>IMDS did not answer in time.</summary>
    TimedOut,

    /// <summary>The client disconnected.</summary>
    CallerGone,

    /// <summary>The response could not be validated: it is too large or compressed, has a head that can't be passed on, or contains no credential.</summary>
    Unreadable,

    /// <summary>IMDS accepts no more requests at the moment, and this request could not be sent in time.</summary>
    Throttled,
}
