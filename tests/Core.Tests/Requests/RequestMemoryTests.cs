using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Requests;

public sealed class RequestMemoryTests
{
    private const string Target = "/metadata/instance?api-version=2021-02-01";

    private readonly RequestMemory _memory = new();

    [Fact]
    public void Parse_SameTarget_ReturnsTheSameRequest() =>
        Parse("GET", Target).Request!.ShouldBeSameAs(Parse("GET", Target).Request);

    [Fact]
    public void Parse_OtherMethodOrTarget_ReturnsAnotherRequest()
    {
        Parse("GET", Target);
        Parse("POST", Target).IsParsed.ShouldBeFalse();
        Parse("GET", Target + "&format=text").Request!["format"].ShouldBe("text");
        Parse("get", Target).IsParsed.ShouldBeFalse();
    }

    [Fact]
    public void Parse_CachedTargetWithAForbiddenHeader_IsRejected()
    {
        Parse("GET", Target).IsParsed.ShouldBeTrue();
        Parse("GET", Target, ("X-Forwarded-For", "10.0.0.1")).IsParsed.ShouldBeFalse();
        Parse("GET", Target).IsParsed.ShouldBeTrue();
    }

    [Fact]
    public void Parse_CachedTargetRelayedOnce_IsMarkedOnlyThatOnce()
    {
        Parse("GET", Target, ("X-Real-IP", "10.0.0.1")).Request!.RelayedBy.ShouldBe("X-Real-IP");
        Parse("GET", Target).Request!.RelayedBy.ShouldBeNull();
        Parse("GET", Target, ("Forwarded", "for=10.0.0.1")).Request!.RelayedBy.ShouldBe("Forwarded");
        Parse("GET", Target).Request!.RelayedBy.ShouldBeNull();
    }

    [Fact]
    public void Parse_MoreTargetsThanAreCached_IsStillCorrect()
    {
        for (var i = 0; i < 2000; i++)
        {
            Parse("GET", $"{Target}&x={i}").Request!.Extra[0].Value.ShouldBe($"{i}");
        }
    }

    [Fact]
    public void Parse_FrequentTarget_StaysCachedWhateverElseArrives()
    {
        var hot = Parse("GET", Target).Request;
        for (var i = 0; i < 5000; i++)
        {
            Parse("GET", $"{Target}&x={i}");
            if (i % 100 == 0)
            {
                Parse("GET", Target).Request.ShouldBeSameAs(hot);
            }
        }
    }

    private RequestResult Parse(string method, string target, params (string Name, string Value)[] more) => _memory.Parse(
        method,
        target,
        new TestHeaders([new("Host", "169.254.169.254"), new("Metadata", "true"), .. more.Select(header => KeyValuePair.Create(header.Name, header.Value))]));
}
