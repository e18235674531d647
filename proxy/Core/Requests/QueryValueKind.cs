namespace ImdsProxy.Core.Requests;

/// <summary>What the value of a known query key must be.</summary>
public enum QueryValueKind
{
    /// <summary>Unreserved characters (RFC 3986, 2.3).</summary>
    Word,

    /// <summary>Words with commas between them.</summary>
    WordList,

    /// <summary><c>true</c> or <c>false</c>; lower case in canonical form.</summary>
    Boolean,

    /// <summary><c>json</c> or <c>text</c>; lower case in canonical form.</summary>
    Format,

    /// <summary>An application id URI or a GUID.</summary>
    Resource,

    /// <summary>36 characters with hyphens; lower case in canonical form. IMDS may take other spellings, so those are malformed.</summary>
    Guid,

    /// <summary>The resource id of a user-assigned identity, rebuilt from its parts in canonical form.</summary>
    IdentityResourceId,
}
