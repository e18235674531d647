using System.Text;
using ImdsProxy.Core.Audit.Sql;
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
        return IsWanted(endpoint);
    }

    public override string Sql(AuditField field) => _name == ImdsEndpoints.Unknown.Name
        ? $"NOT ({string.Join(" OR ", ImdsEndpoints.All.Select(SqlColumns.IsOf))})"
        : $"({string.Join(" OR ", ImdsEndpoints.All.Where(IsWanted).Select(SqlColumns.IsOf))})";

    private bool IsWanted(Endpoint endpoint) => endpoint.Name == _name || (_name == Credential && endpoint.IssuesCredential);
}
