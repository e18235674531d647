using System.Text;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.SelfTests;

public sealed class RequestVectorsTests
{
    [Fact]
    public void Vectors_Loaded_AreCompleteAndHaveUniqueNames()
    {
        RequestVectors.All.Length.ShouldBe(80);
        RequestVectors.All.DistinctBy(vector => vector.Name, StringComparer.Ordinal).Count().ShouldBe(80);
        RequestVectors.All.Count(vector => vector.OutcomeKind == VectorOutcome.Reject).ShouldBe(52);
        RequestVectors.All.ShouldAllBe(vector => (vector.OutcomePath == null) == (vector.OutcomeKind == VectorOutcome.Reject));
    }

    [Theory]
    [InlineData("token", "Host: 169.254.169.254|Metadata: true")]
    [InlineData("two Metadata headers", "Host: 169.254.169.254|Metadata: true|Metadata: true")]
    [InlineData("body on GET", "Host: 169.254.169.254|Metadata: true|Content-Length: 4")]
    [InlineData("aws token probe", "Host: 169.254.169.254|Metadata: true|X-aws-ec2-metadata-token-ttl-seconds: 21600|Content-Length: 0")]
    public void Headers_OfAVector_AreTheDefaultsAndItsOwn(string name, string headers) =>
        RequestVectors.Named(name).Headers.Select(header => $"{header.Key}: {header.Value}").ShouldBe(headers.Split('|'));

    [Theory]
    [InlineData("body on GET", "GET", "\r\n\r\n{}  ")]
    [InlineData("issuecredential", "POST", "\r\n\r\n{}")]
    [InlineData("content-length zero on GET", "GET", "Content-Length: 0\r\n\r\n")]
    [InlineData("chunked POST alone", "POST", "\r\n\r\n14\r\n{\"StartRequests\":[]}\r\n0\r\n\r\n")]
    [InlineData("scheduled events POST", "POST", "Content-Length: 20\r\n\r\n{\"StartRequests\":[]}")]
    [InlineData("lower-case method", "get", "Metadata: true\r\n\r\n")]
    public void Request_OfAVector_HasTheBodyItAnnounces(string name, string method, string end)
    {
        var text = Encoding.Latin1.GetString(RequestVectors.Named(name).ToRequest().ToBytes());
        text.ShouldStartWith($"{method} ", Case.Sensitive);
        text.ShouldEndWith(end, Case.Sensitive);
    }

    [Fact]
    public void Vector_ForHttp10_IsSentAsHttp10() =>
        RequestVectors.All.Where(vector => vector.ToRequest().Version == "HTTP/1.0").ShouldHaveSingleItem().Name.ShouldBe("HTTP/1.0 with Host");
}
