namespace ImdsProxy.Forward;

/// <summary>Why no answer of IMDS can be passed on.</summary>
internal enum ForwardFailure
{
    None,

    /// <summary>No connection, or one that broke.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The caller went away.</summary>
    CallerGone,

    /// <summary>The response could not be validated: too large, compressed, a head that can't be sent on, not what a credential looks like.</summary>
    Unreadable,

    /// <summary>IMDS takes no more at the moment, and its turn did not come in time.</summary>
    Throttled,
}
