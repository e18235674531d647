using System.Buffers;

namespace ImdsProxy.Core.Requests;

/// <summary>The characters that may stand where, as narrow as IMDS's known clients allow.</summary>
internal static class UrlAlphabet
{
    /// <summary>RFC 3986, 2.3.</summary>
    public const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    /// <summary>A path: no escape is ever needed, so none is taken.</summary>
    public static SearchValues<char> Path { get; } = SearchValues.Create(Unreserved + "/");

    /// <summary>A query key.</summary>
    public static SearchValues<char> Key { get; } = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    /// <summary>
    /// A value once decoded: no character that a second decoding, another separator (<c>; &amp; ? #</c>), a form decoder
    /// (<c>+</c>) or a Windows path (<c>\</c>) could give a meaning.
    /// </summary>
    public static SearchValues<char> Value { get; } = SearchValues.Create(Unreserved + ":/@(),");

    /// <summary>An application id URI: <c>https://management.azure.com/</c>, <c>api://…</c>, or a GUID.</summary>
    public static SearchValues<char> Resource { get; } = SearchValues.Create(Unreserved + ":/@");

    public static SearchValues<char> Word { get; } = SearchValues.Create(Unreserved);

    public static SearchValues<char> WordList { get; } = SearchValues.Create(Unreserved + ",");
}
