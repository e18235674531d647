namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>
/// The requests are proved in slices, because few permissions concern more than one. What concerns another slice cannot split the
/// workloads of this one.
/// </summary>
internal enum Slice
{
    /// <summary>Requests for tokens.</summary>
    Token,

    /// <summary>Requests for certificates.</summary>
    Certificate,

    /// <summary>Everything else, of which IMDS's answer is not decided again.</summary>
    Others,
}
