namespace ImdsProxy.TestKit;

/// <summary>The expected outcome of a request target.</summary>
public enum VectorOutcome
{
    /// <summary>Status 400, or another 4xx from Kestrel, and nothing is sent to IMDS.</summary>
    Reject,

    /// <summary>Parses as a token request.</summary>
    Token,

    /// <summary>Parses as a request for another endpoint.</summary>
    Metadata,

    /// <summary>Parses, but IMDS has no such endpoint.</summary>
    Unknown,

    /// <summary>Parses, with a query key that IMDS is not known to have.</summary>
    Extra,
}
