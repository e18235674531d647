using System.Globalization;

namespace ImdsProxy.Redirect;

/// <summary>
/// Reads the break-glass files. Whatever is missing, unreadable or odd in them is refused: a mistake must not open IMDS.
/// </summary>
/// <param name="read">Reads a file of the directory; null when it is not there.</param>
/// <param name="time">The clock.</param>
internal sealed class OverrideFiles(Func<string, string?> read, TimeProvider time)
{
    // Nobody needs more for a time or a reason.
    private const int LongestText = 4096;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private static readonly string[] Rfc3339 =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:sszzz"];

    // A time too far ahead stays refused, also when it has come nearer: nobody then thinks of it any more.
    private string? _tooFar;

    /// <summary>Reads the files of a directory.</summary>
    public static OverrideFiles In(string directory, TimeProvider time) => new(name => Read(Path.Combine(directory, name)), time);

    public InterceptionOverride Current()
    {
        try
        {
            return read("interception")?.Trim() switch
            {
                null => InterceptionOverride.None,
                "off" => Off(read("until")?.Trim(), read("reason")?.Trim()),
                var other => InterceptionOverride.Refused($"interception is '{Shown(other)}'; the only word for it is off"),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return InterceptionOverride.Refused($"the override can't be read: {e.Message}");
        }
    }

    private InterceptionOverride Off(string? until, string? reason)
    {
        if (string.IsNullOrEmpty(until) || string.IsNullOrEmpty(reason))
        {
            return InterceptionOverride.Refused("interception=off needs the files until (RFC 3339) and reason");
        }

        if (!DateTimeOffset.TryParseExact(until, Rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end))
        {
            return InterceptionOverride.Refused($"until is '{Shown(until)}'; write a time such as 2026-11-21T18:00:00Z");
        }

        if (until == _tooFar || end - time.GetUtcNow() > Longest)
        {
            _tooFar = until;
            return InterceptionOverride.Refused($"until is {end:O}, which was more than 24 hours ahead; write an earlier one");
        }

        return end <= time.GetUtcNow() ? InterceptionOverride.None : new InterceptionOverride(true, end, Shown(reason), null);
    }

    private static string Shown(string text) => text.Length > 200 ? text[..200] : text;

    private static string? Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var buffer = new char[LongestText];
            return new string(buffer, 0, reader.ReadBlock(buffer));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
