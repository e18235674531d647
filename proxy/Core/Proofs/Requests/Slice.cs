namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>
/// Requests are proved in slices, because few permissions apply to more than one slice. A permission of another slice then does
/// not split the workloads of this slice.
/// </summary>
internal enum Slice
{
    /// <summary>Requests for tokens.</summary>
    Token,

    /// <summary>Requests for certificates.</summary>
    Certificate,

    /// <summary>All other requests. IMDS's answer to them is not decided again.</summary>
    Others,
}
