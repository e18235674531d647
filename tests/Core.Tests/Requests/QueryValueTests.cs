using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Requests;

public sealed class QueryValueTests
{
    // A colon is sent as "%3A". 341 of them have 1,023 characters, and one more character makes 1,024.
    [Theory]
    [InlineData(1024, 0, true)]
    [InlineData(1025, 0, false)]
    [InlineData(1, 341, true)]
    [InlineData(2, 341, false)]
    [InlineData(0, 342, false)]
    public void Value_AsLongAsItMayBeInItsCanonicalForm_IsAccepted(int plain, int colons, bool accepted)
    {
        var target = $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={new string('a', plain)}{new string(':', colons)}";

        var parsed = ImdsRequestParser.ParseTarget("GET", target);

        parsed.IsParsed.ShouldBe(accepted);
        if (accepted)
        {
            ImdsRequestParser.ParseTarget("GET", parsed.Request!.PathAndQuery).Request.ShouldNotBeNull().PathAndQuery.ShouldBe(parsed.Request.PathAndQuery);
        }
    }
}
