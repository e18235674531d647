using System.Text.RegularExpressions;
using Shouldly;

namespace ImdsProxy.TestKit;

/// <summary>Checks that a token of IMDS is nowhere in a text.</summary>
public static partial class TokenAssertions
{
    /// <summary>Throws if the text holds the start of a JSON Web Token.</summary>
    public static void ShouldHoldNoToken(this string text) => JwtHeader().Match(text).Value.ShouldBeEmpty();

    // A header is base64url of `{"` and at least an algorithm. Random names of directories and requests are shorter.
    [GeneratedRegex("eyJ[A-Za-z0-9_-]{12,}", RegexOptions.None, 1000)]
    private static partial Regex JwtHeader();
}
