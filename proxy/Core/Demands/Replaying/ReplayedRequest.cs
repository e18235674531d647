using System.Text;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>Builds the request of a demand again.</summary>
internal static class ReplayedRequest
{
    /// <summary>The request, or null if the record's values are not those of a request that was parsed.</summary>
    public static ImdsRequest? Of(DemandKey key)
    {
        var target = new StringBuilder(key.Path);
        var separator = '?';
        void Append(string name, string value)
        {
            target.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        if (key.Resource is { } resource)
        {
            Append("resource", resource);
        }

        if (key is { SelectorKind: { } kind, Selector: { } selector })
        {
            Append(kind, selector);
        }

        // The policy checks only the names of extra query keys, not their values.
        foreach (var name in key.ExtraQuery)
        {
            Append(name, "x");
        }

        var parsed = ImdsRequestParser.ParseTarget(key.Method, target.ToString());
        return parsed.IsParsed && IsSame(parsed.Request, key) ? parsed.Request : null;
    }

    private static bool IsSame(ImdsRequest request, DemandKey key) =>
        request.Path == key.Path
        && request.Resource == key.Resource
        && request.Selector?.Key == key.SelectorKind
        && request.Extra.Length == key.ExtraQuery.Length;
}
