using System.Collections.Immutable;
using System.Text;

namespace ImdsProxy.Core.Requests;

/// <summary>Parses the query of a request target and builds the canonical request.</summary>
internal static class RequestQuery
{
    /// <summary>Known clients of IMDS send at most six parameters.</summary>
    private const int MaxParameters = 16;

    public static RequestResult Parse(string method, Endpoint endpoint, string path, ReadOnlySpan<char> query)
    {
        var parameters = new List<QueryParameter>();
        if (!query.IsEmpty)
        {
            foreach (var range in query.Split('&'))
            {
                if (parameters.Count == MaxParameters)
                {
                    return new RequestError($"the query has more than {MaxParameters} parameters");
                }

                if (Read(endpoint, query[range], parameters, out var parameter) is { } error)
                {
                    return error;
                }

                parameters.Add(parameter);
            }
        }

        return Build(method, endpoint, path, parameters);
    }

    /// <summary>Adds a selector to a request that has none.</summary>
    public static ImdsRequest Select(ImdsRequest request, IdentitySelector selector)
    {
        var known = ImmutableArray.CreateBuilder<QueryParameter>();
        foreach (var key in request.Endpoint.Keys)
        {
            if (key.Selector == selector.Kind)
            {
                known.Add(new QueryParameter(key.Name, selector.Value));
            }
            else if (request[key.Name] is { } value)
            {
                known.Add(new QueryParameter(key.Name, value));
            }
        }

        var rendered = Render(request.Path, [.. known, .. request.Extra]);
        return new ImdsRequest(request.Method, request.Endpoint, request.Path, rendered, known.ToImmutable(), request.Extra, request.Resource, selector);
    }

    private static RequestError? Read(Endpoint endpoint, ReadOnlySpan<char> pair, List<QueryParameter> before, out QueryParameter parameter)
    {
        parameter = default;
        var equals = pair.IndexOf('=');
        if (equals <= 0 || pair[..equals].ContainsAnyExcept(UrlAlphabet.Key))
        {
            return new RequestError("each query parameter must be 'key=value', and the key may contain only unescaped letters, digits, '-', '_' and '.'");
        }

        var key = Spelling(pair[..equals], out var isVariant);
        if (isVariant)
        {
            return new RequestError($"a query key differs from '{key}' only in case");
        }

        if (before.Exists(other => other.Key.Equals(key, StringComparison.OrdinalIgnoreCase)))
        {
            return new RequestError("a query key occurs twice");
        }

        if (QueryValue.Decode(pair[(equals + 1)..]) is not { } value)
        {
            return new RequestError($"the value of '{key}' has an invalid escape, a character that no IMDS value contains, or too many characters");
        }

        return Canonical(endpoint, key, value, out parameter);
    }

    private static RequestError? Canonical(Endpoint endpoint, string key, string value, out QueryParameter parameter)
    {
        parameter = new QueryParameter(key, value);
        foreach (var known in endpoint.Keys)
        {
            if (known.Name == key)
            {
                if (QueryValue.Canonical(known.Kind, value) is not { } canonical)
                {
                    return new RequestError($"IMDS does not accept this value of '{key}' on this path");
                }

                parameter = new QueryParameter(known.Name, canonical);
            }
        }

        return null;
    }

    // Returns the key as IMDS spells it. A variant differs from IMDS's spelling only in case.
    private static string Spelling(ReadOnlySpan<char> key, out bool isVariant)
    {
        foreach (var known in ImdsEndpoints.Keys)
        {
            if (key.Equals(known.Name, StringComparison.OrdinalIgnoreCase))
            {
                isVariant = !key.SequenceEqual(known.Name);
                return known.Name;
            }
        }

        isVariant = false;
        return key.ToString();
    }

    private static RequestResult Build(string method, Endpoint endpoint, string path, List<QueryParameter> parameters)
    {
        var known = ImmutableArray.CreateBuilder<QueryParameter>();
        IdentitySelector? selector = null;
        foreach (var key in endpoint.Keys)
        {
            var index = parameters.FindIndex(parameter => parameter.Key == key.Name);
            if (index < 0)
            {
                continue;
            }

            known.Add(parameters[index]);
            if (key.Selector is { } kind)
            {
                if (selector is not null)
                {
                    return new RequestError("the query names an identity twice");
                }

                selector = new IdentitySelector(kind, parameters[index].Value);
            }

            parameters.RemoveAt(index);
        }

        var resource = known.FirstOrDefault(parameter => parameter.Key == QueryKey.Resource.Name).Value;
        var rendered = Render(path, [.. known, .. parameters]);
        return new ImdsRequest(method, endpoint, path, rendered, known.ToImmutable(), [.. parameters], resource, selector);
    }

    private static string Render(string path, ReadOnlySpan<QueryParameter> parameters)
    {
        if (parameters.IsEmpty)
        {
            return path;
        }

        var target = new StringBuilder(path);
        var separator = '?';
        foreach (var parameter in parameters)
        {
            target.Append(separator).Append(parameter.Key).Append('=').Append(Uri.EscapeDataString(parameter.Value));
            separator = '&';
        }

        return target.ToString();
    }
}
