using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Requests;

public sealed class RequestVectorTests
{
    public static TheoryData<string> Names => [.. RequestVectors.All.Select(vector => vector.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_EachVector_HasTheExpectedOutcome(string name)
    {
        var vector = RequestVectors.All.Single(vector => vector.Name == name);

        var result = ImdsRequestParser.Parse(vector.Method, vector.Target, new TestHeaders(vector.Headers));

        switch (vector.OutcomeKind)
        {
            case VectorOutcome.Reject:
                result.Error.ShouldNotBeNull();
                return;
            case VectorOutcome.Token:
                result.Request!.Endpoint.Kind.ShouldBe(EndpointKind.Token);
                result.Request.Extra.ShouldBeEmpty();
                break;
            case VectorOutcome.Metadata:
                result.Request!.Endpoint.IsKnown.ShouldBeTrue();
                result.Request.Extra.ShouldBeEmpty();
                break;
            case VectorOutcome.Unknown:
                result.Request!.Endpoint.IsKnown.ShouldBeFalse();
                break;
            case VectorOutcome.Extra:
                result.Request!.Extra.ShouldNotBeEmpty();
                break;
            default:
                throw new InvalidOperationException($"{vector.OutcomeKind} is not a known outcome");
        }

        result.Request.Path.ShouldBe(vector.OutcomePath);
    }
}
