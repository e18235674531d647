using System.Text;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>A path of an endpoint, told by the endpoint's name; <c>credential</c> is all that issue one.</summary>
internal sealed class EndpointMatch : ValueMatch
{
    private const string Credential = "credential";

    private readonly string _name;

    public EndpointMatch(string name) => _name = name;

    /// <summary>The names there are.</summary>
    public static IEnumerable<string> Names { get; } =
        [Credential, .. ImdsEndpoints.All.Select(endpoint => endpoint.Name).Distinct(StringComparer.Ordinal), ImdsEndpoints.Unknown.Name];

    public override bool Matches(ReadOnlySpan<byte> value)
    {
        var endpoint = ImdsEndpoints.Find(Encoding.UTF8.GetString(value));
        return endpoint.Name == _name || (_name == Credential && endpoint.IssuesCredential);
    }
}
