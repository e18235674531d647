namespace ImdsProxy.Core.Requests;

/// <summary>The kind of value of a known query key.</summary>
public enum QueryValueKind
{
    /// <summary>Unreserved characters (RFC 3986, 2.3).</summary>
    Word,

    /// <summary>Words separated by commas.</summary>
    WordList,

    /// <summary><c>true</c> or <c>false</c>; lower case in canonical form.</summary>
    Boolean,

    /// <summary><c>json</c> or <c>text</c>; lower case in canonical form.</summary>
    Format,

    /// <summary>An application id URI or a GUID.</summary>
    Resource,

    /// <summary>36 characters with hyphens; lower case in canonical form. Other spellings that IMDS may accept are malformed.</summary>
    Guid,

    /// <summary>The resource id of a user-assigned identity, rebuilt from its parts in canonical form.</summary>
    IdentityResourceId,
}
