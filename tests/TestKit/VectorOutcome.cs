namespace ImdsProxy.TestKit;

/// <summary>What must become of a request target.</summary>
public enum VectorOutcome
{
    /// <summary>400, or Kestrel's own 4xx, and nothing goes upstream.</summary>
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
