using ImdsProxy.Core.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("/a/b", "/a/b", true)]
    [InlineData("/a/b", "/A/B", true)]
    [InlineData("/a/b", "/a/c", false)]
    [InlineData("/a/b", "/a", false)]
    [InlineData("/a/b", "/a/b/c", false)]
    [InlineData("/a/b", "/a/b/**", false)]
    [InlineData("/a/b", "/a/*", false)]
    [InlineData("/a/*", "/a/b", true)]
    [InlineData("/a/*", "/a/*", true)]
    [InlineData("/a/*", "/a", false)]
    [InlineData("/a/*", "/a/b/**", false)]
    [InlineData("/*/b", "/c/b", true)]
    [InlineData("/a/**", "/a", true)]
    [InlineData("/a/**", "/a/b/**", true)]
    [InlineData("/a/**", "/b/a", false)]
    [InlineData("/**", "/a/*", true)]
    public void Covers_OtherPattern_MatchesTheTable(string pattern, string other, bool covers) =>
        PathPattern.Of(pattern).Covers(PathPattern.Of(other)).ShouldBe(covers);

    [Fact]
    public void Matches_ShorterPath_DoesNot()
    {
        PathPattern.Of("/a/b/c").Matches("/a/b", StringComparison.Ordinal).ShouldBeFalse();
        PathPattern.Of("/a/b/**").Matches("/a", StringComparison.Ordinal).ShouldBeFalse();
    }

    [Fact]
    public void Equals_AsWritten()
    {
        PathPattern.Of("/a/*").ShouldBe(PathPattern.Of("/a/*"));
        PathPattern.Of("/a/*").GetHashCode().ShouldBe(PathPattern.Of("/a/*").GetHashCode());
        PathPattern.Of("/a/*").ShouldNotBe(PathPattern.Of("/A/*"));
        PathPattern.Of("/a/*").Equals(null).ShouldBeFalse();
    }
}
