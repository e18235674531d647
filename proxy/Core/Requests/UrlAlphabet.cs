using System.Buffers;

namespace ImdsProxy.Core.Requests;

/// <summary>The characters that each part of a URL may contain: only those that the known clients of IMDS need.</summary>
internal static class UrlAlphabet
{
    /// <summary>RFC 3986, 2.3.</summary>
    public const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    /// <summary>A path. No path of IMDS needs an escape, so escapes are not accepted.</summary>
    public static SearchValues<char> Path { get; } = SearchValues.Create(Unreserved + "/");

    /// <summary>A query key.</summary>
    public static SearchValues<char> Key { get; } = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    /// <summary>
    /// A decoded value. Excludes every character that has a meaning in a second decoding, as a separator (<c>; &amp; ? #</c>), in a
    /// form (<c>+</c>) or in a Windows path (<c>\</c>).
    /// </summary>
    public static SearchValues<char> Value { get; } = SearchValues.Create(Unreserved + ":/@(),");

    /// <summary>An application id URI: <c>https://management.azure.com/</c>, <c>api://…</c>, or a GUID.</summary>
    public static SearchValues<char> Resource { get; } = SearchValues.Create(Unreserved + ":/@");

    public static SearchValues<char> Word { get; } = SearchValues.Create(Unreserved);

    public static SearchValues<char> WordList { get; } = SearchValues.Create(Unreserved + ",");
}
