namespace ImdsProxy.FakeImds;

/// <summary>
/// A request target, parsed at least as leniently as IMDS parses it. Where IMDS's behaviour is unknown, this parser is
/// more lenient: if a proxy fails to block a target, the fake must answer it so that the test notices.
/// </summary>
/// <param name="Path">The decoded path, with <c>metadata</c> in lower case and without a trailing slash.</param>
/// <param name="Query">The query as sent.</param>
internal readonly record struct LenientTarget(string Path, string Query)
{
    public static LenientTarget Parse(string raw)
    {
        var target = WithoutAuthority(raw);
        var (end, next) = EndOfPath(target);
        return new(Canonical(target[..end]), next < target.Length ? target[next..] : "");
    }

    private static string WithoutAuthority(string raw)
    {
        var scheme = raw.StartsWith('/') ? -1 : raw.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return raw;
        }

        var path = raw.IndexOf('/', scheme + 3);
        return path < 0 ? "/" : raw[path..];
    }

    // IMDS treats %3F in the path as a question mark, according to the Guest Proxy Agent's design notes.
    private static (int End, int Next) EndOfPath(string target)
    {
        var plain = target.IndexOf('?', StringComparison.Ordinal);
        var encoded = target.IndexOf("%3f", StringComparison.OrdinalIgnoreCase);
        return encoded >= 0 && (plain < 0 || encoded < plain) ? (encoded, encoded + 3)
            : plain >= 0 ? (plain, plain + 1)
            : (target.Length, target.Length);
    }

    // IMDS accepts backslashes as slashes (CVE-2022-23551). The HTTP stack beneath it resolves dot segments.
    private static string Canonical(string path)
    {
        var segments = new List<string>(8);
        foreach (var segment in Uri.UnescapeDataString(path).Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            Append(segments, segment);
        }

        if (segments is [var first, ..] && first.Equals("metadata", StringComparison.OrdinalIgnoreCase))
        {
            segments[0] = "metadata";
        }

        return $"/{string.Join('/', segments)}";
    }

    private static void Append(List<string> segments, string segment)
    {
        if (segment == "..")
        {
            segments.RemoveRange(Math.Max(0, segments.Count - 1), Math.Min(1, segments.Count));
        }
        else if (segment != ".")
        {
            segments.Add(segment);
        }
    }
}
