namespace ImdsProxy.Core.Tests.Requests;

/// <summary>
/// A request target as read by a maximally lenient server. It decodes until nothing is left to decode, treats a backslash as a
/// slash and a semicolon as an ampersand, drops empty and dot segments, and ignores the case of keys.
/// </summary>
internal sealed record LenientServer(string Path, ILookup<string, string> Query)
{
    public static LenientServer Read(string target)
    {
        var decoded = Decode(target.Split('?', 2)[0]);
        var path = "/" + string.Join('/', decoded.Split(';')[0].Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != "."));
        var query = target.Contains('?', StringComparison.Ordinal) ? target.Split('?', 2)[1] : "";
        var parameters = Decode(query).Split(['&', ';', '?'], StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToLookup(pair => pair[0], pair => pair.Length == 2 ? pair[1] : "", StringComparer.OrdinalIgnoreCase);
        return new LenientServer(path, parameters);
    }

    public string[] Values(string key) => [.. Query[key]];

    private static string Decode(string text)
    {
        for (var previous = ""; previous != text;)
        {
            previous = text;
            text = Uri.UnescapeDataString(text).Replace('+', ' ');
        }

        return text;
    }
}
