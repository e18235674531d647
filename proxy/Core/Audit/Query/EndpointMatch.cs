using System.Text;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches the paths of an endpoint, given its name. <c>credential</c> stands for all endpoints that issue credentials.</summary>
internal sealed class EndpointMatch : ValueMatch
{
    private const string Credential = "credential";

    private readonly string _name;

    public EndpointMatch(string name) => _name = name;

    /// <summary>All accepted names.</summary>
    public static IEnumerable<string> Names { get; } =
        [Credential, .. ImdsEndpoints.All.Select(endpoint => endpoint.Name).Distinct(StringComparer.Ordinal), ImdsEndpoints.Unknown.Name];

    public override bool Matches(ReadOnlySpan<byte> value)
    {
        var endpoint = ImdsEndpoints.Find(Encoding.UTF8.GetString(value));
        return endpoint.Name == _name || (_name == Credential && endpoint.IssuesCredential);
    }
}
