namespace ImdsProxy.Core.Audit;

/// <summary>
/// The most bytes that each text of a request's record takes once it is escaped. Their sum, with all keys, numbers and the
/// place in the chain, stays below <see cref="Line"/>, whatever a pod sends.
/// </summary>
internal static class AuditLimits
{
    /// <summary>The contract's bound of a request's record, with its line feed.</summary>
    public const int Line = 8 << 10;

    /// <summary>The whole <c>request</c> object; event ids take what the other texts leave of it.</summary>
    public const int Request = 3900;

    /// <summary>A path, and the contract's bound of a raw target.</summary>
    public const int Target = 1024;

    /// <summary>A resource or a selector. The longest resource id of an identity has some 360 characters.</summary>
    public const int Value = 512;

    /// <summary>All names of extra query parameters together.</summary>
    public const int ExtraQuery = 256;

    /// <summary>Enough to tell clients apart: the longest that an Azure SDK was seen to send has 150 characters.</summary>
    public const int UserAgent = 256;

    /// <summary>Longer than the proxy's own words for what is wrong with a request. Kestrel's quote what was sent.</summary>
    public const int Error = 256;

    /// <summary>Kubernetes' longest names have 253 characters; those of a policy have 100.</summary>
    public const int Name = 256;

    /// <summary><c>Kind/name</c>: 63 and 253 characters.</summary>
    public const int Owner = 320;

    /// <summary>Ids, versions and methods: a GUID has 36 characters, Kestrel's request ids have 22.</summary>
    public const int Word = 64;

    /// <summary>A token's <c>uti</c> has 22 characters.</summary>
    public const int TokenId = 128;
}
