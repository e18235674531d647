using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads the query keys that an allow accepts in addition to those that IMDS is known to have.</summary>
internal sealed class ExtraQueryReader(ProblemList problems)
{
    private const int MaxKey = 100;

    private readonly ScalarReader _scalars = new(problems);

    public ImmutableArray<string> Read(LocatedValue? at, PathShape? path)
    {
        var items = _scalars.Texts(at, "name a query key, or leave extraQuery out").ToList();
        foreach (var item in items)
        {
            Check(item, path?.Endpoint);
        }

        return [.. items.Select(item => item.Text)];
    }

    private void Check(LocatedValue item, Endpoint? endpoint)
    {
        if (item.Text.Length is 0 or > MaxKey || item.Text.AsSpan().ContainsAnyExcept(UrlAlphabet.Key))
        {
            problems.Error(item, "write the key alone: letters, digits, '-', '_' and '.'");
        }
        else if (endpoint?.Keys.Any(key => key.Name == item.Text) == true)
        {
            problems.Error(item, $"'{endpoint.Path}' is known to have this key, which is allowed anyway: leave it out");
        }
        else if (ImdsEndpoints.Keys.FirstOrDefault(key => key.Name.Equals(item.Text, StringComparison.OrdinalIgnoreCase)) is { } known && known.Name != item.Text)
        {
            problems.Error(item, $"a request with another spelling of '{known.Name}' is always rejected: leave it out");
        }
    }
}
