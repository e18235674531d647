namespace ImdsProxy.Core.Audit;

/// <summary>
/// The limits of texts in a request's record and in the event <c>pod-seen</c>, in bytes after escaping. Together with keys, numbers and the place in the chain,
/// they keep every line below <see cref="Line"/>, whatever a pod sends.
/// </summary>
internal static class AuditLimits
{
    /// <summary>The contract's limit for a request's record, including the line feed.</summary>
    public const int Line = 8 << 10;

    /// <summary>The limit for the whole <c>request</c> object. Event ids use the space that the other texts leave.</summary>
    public const int Request = 3900;

    /// <summary>The limit for a path. Also the contract's limit for a raw target.</summary>
    public const int Target = 1024;

    /// <summary>A resource or a selector. The longest resource id of an identity has about 360 characters.</summary>
    public const int Value = 512;

    /// <summary>The limit for all names of extra query parameters together.</summary>
    public const int ExtraQuery = 256;

    /// <summary>Enough to tell clients apart. The longest observed value of an Azure SDK has 150 characters.</summary>
    public const int UserAgent = 256;

    /// <summary>Longer than any error message of the proxy. Kestrel's messages quote the request, so they can be longer.</summary>
    public const int Error = 256;

    /// <summary>Names in Kubernetes have at most 253 characters, names in a policy at most 100.</summary>
    public const int Name = 256;

    /// <summary><c>Kind/name</c>: 63 and 253 characters.</summary>
    public const int Owner = 320;

    /// <summary>All labels of a pod together. Usual pods have 100 to 500 bytes of labels; the API server sets no limit.</summary>
    public const int Labels = 5 << 10;

    /// <summary>A label's key: a prefix of 253 characters, a slash and a name of 63.</summary>
    public const int LabelKey = 320;

    /// <summary>A label's value: at most 63 characters.</summary>
    public const int LabelValue = 64;

    /// <summary>Ids, versions and methods: a GUID has 36 characters, Kestrel's request ids have 22.</summary>
    public const int Word = 64;

    /// <summary>A token's <c>uti</c> has 22 characters.</summary>
    public const int TokenId = 128;
}
