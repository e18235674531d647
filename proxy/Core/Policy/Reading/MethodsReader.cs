using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads the methods of a permission.</summary>
internal sealed class MethodsReader(ProblemList problems)
{
    // The methods of RFC 9110 and PATCH. The parser rejects requests with CONNECT and TRACE.
    private static readonly string[] Known = ["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"];

    // Shared, because most allows name no methods.
    private static readonly ImmutableArray<string> GetAlone = ["GET"];

    private readonly ScalarReader _scalars = new(problems);

    /// <summary>The methods of an allow or a deny; default if the key is missing.</summary>
    public ImmutableArray<string> Read(LocatedValue? at)
    {
        if (at is null)
        {
            return default;
        }

        foreach (var bad in _scalars.Texts(at, "name a method, or leave the key out").Where(item => !Known.Contains(item.Text, StringComparer.Ordinal)))
        {
            var capitals = bad.Text.ToUpperInvariant();
            problems.Error(bad, Known.Contains(capitals, StringComparer.Ordinal)
                ? $"write it in capitals as '{capitals}'"
                : $"write one of {string.Join(", ", Known)}");
        }

        return [.. at.Items.Select(item => item.Text).Where(text => Known.Contains(text, StringComparer.Ordinal)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The methods of an allow, which default to GET. Reports methods that the path does not have.</summary>
    public ImmutableArray<string> ReadAllowed(Fields allow, PathShape? path)
    {
        var at = allow["methods"];
        var methods = Read(at);
        if (path is not null && at is not null)
        {
            foreach (var item in at.Items.Where(item => methods.Contains(item.Text, StringComparer.Ordinal)))
            {
                CheckMethod(item, path);
            }
        }
        else if (path?.Endpoint is { IsKnown: true } endpoint && !endpoint.Methods.Contains("GET", StringComparer.Ordinal))
        {
            problems.Missing(allow.At, "methods", $"'{path.Text}' has no GET; write \"methods\": [\"{endpoint.Methods[0]}\"]");
        }

        return methods.IsDefault ? GetAlone : methods;
    }

    private void CheckMethod(LocatedValue item, PathShape path)
    {
        if (path.HasWildcard && item.Text == "POST")
        {
            problems.Error(item, "a wildcard never covers a POST: write the path out in an allow of its own");
        }
        else if (!Endpoints(path).Any(endpoint => !endpoint.IsKnown || endpoint.Methods.Contains(item.Text, StringComparer.Ordinal)))
        {
            problems.Error(item, $"'{path.Text}' has no such method: leave it out");
        }
    }

    private static IEnumerable<Endpoint> Endpoints(PathShape path) => path.Endpoint is { } one
        ? [one]
        : ImdsEndpoints.All.Where(endpoint => endpoint.CoveredByWildcards && path.Overlaps(endpoint, StringComparison.Ordinal));
}
