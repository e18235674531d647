namespace ImdsProxy.FakeImds;

/// <summary>
/// A request target read as generously as IMDS does, and where nobody knows how it does, more generously: what a proxy
/// lets slip must show here as an answer.
/// </summary>
/// <param name="Path">Decoded, <c>metadata</c> in lower case, without a trailing slash.</param>
/// <param name="Query">As sent.</param>
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

    // IMDS takes %3F in the path for a question mark: design notes of the Guest Proxy Agent.
    private static (int End, int Next) EndOfPath(string target)
    {
        var plain = target.IndexOf('?', StringComparison.Ordinal);
        var encoded = target.IndexOf("%3f", StringComparison.OrdinalIgnoreCase);
        return encoded >= 0 && (plain < 0 || encoded < plain) ? (encoded, encoded + 3)
            : plain >= 0 ? (plain, plain + 1)
            : (target.Length, target.Length);
    }

    // Backslashes pass for slashes (CVE-2022-23551); the HTTP stack below resolves dot segments.
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
