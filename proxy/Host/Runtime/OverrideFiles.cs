using System.Globalization;

namespace ImdsProxy.Runtime;

/// <summary>
/// Reads the break-glass files: the file that requests an override, and <c>until</c> and <c>reason</c> beside it. Files that are
/// missing, unreadable or malformed are refused, because a mistake must not open IMDS. A file <c>uninstalling</c> with the word
/// <c>yes</c> marks the last override of a release. That override outlives its files
/// (docs/decisions/0013-remove-the-rules-with-a-pre-delete-hook.md).
/// </summary>
/// <param name="file">The file that requests the override: <c>mode</c> or <c>interception</c>.</param>
/// <param name="word">The only valid content of that file.</param>
/// <param name="read">Reads a file of the directory. Returns null if the file does not exist.</param>
/// <param name="time">The clock.</param>
internal sealed class OverrideFiles(string file, string word, Func<string, string?> read, TimeProvider time)
{
    /// <summary>The file that marks an uninstall. Its only valid word is <see cref="Yes"/>.</summary>
    public const string Uninstalling = "uninstalling";

    public const string Yes = "yes";

    // In bytes: ample for a time or a reason.
    private const int LongestText = 4096;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private static readonly string[] Rfc3339 =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:sszzz"];

    // A time that was too far ahead stays refused even when it comes within the limit, because by then nobody expects the
    // override.
    private string? _tooFar;

    /// <summary>The files that make <c>redirect watch</c> remove the rules.</summary>
    public static OverrideFiles Interception(string directory, TimeProvider time) => new("interception", "off", In(directory), time);

    /// <summary>The files that make <c>serve</c> fall back to audit mode.</summary>
    public static OverrideFiles Mode(string directory, TimeProvider time) => Mode(In(directory), time);

    /// <summary>The same override, read from the entries of a ConfigMap instead of files.</summary>
    /// <param name="read">Reads an entry. Returns null if the entry does not exist.</param>
    /// <param name="time">The clock.</param>
    public static OverrideFiles Mode(Func<string, string?> read, TimeProvider time) => new("mode", "audit", read, time);

    public Override Current()
    {
        try
        {
            var asked = read(file)?.Trim();
            return asked is null ? Override.None
                : asked == word ? On(read("until")?.Trim(), read("reason")?.Trim())
                : Override.Refused($"{file} is '{Shown(asked)}'; the only valid word is {word}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Override.Refused($"the override can't be read: {e.Message}");
        }
    }

    private Override On(string? until, string? reason)
    {
        if (string.IsNullOrEmpty(until) || string.IsNullOrEmpty(reason))
        {
            return Override.Refused($"{file}={word} needs the files until (RFC 3339) and reason");
        }

        if (!DateTimeOffset.TryParseExact(until, Rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end))
        {
            return Override.Refused($"until is '{Shown(until)}'; write a time such as 2026-11-21T18:00:00Z");
        }

        if (until == _tooFar || end - time.GetUtcNow() > Longest)
        {
            _tooFar = until;
            return Override.Refused($"until is {end:O}, which was more than 24 hours ahead; write an earlier time");
        }

        return end <= time.GetUtcNow() ? Override.None : Marked(new Override(true, end, Shown(reason), null), read(Uninstalling)?.Trim());
    }

    private static Override Marked(Override asked, string? mark) => mark switch
    {
        null => asked,
        Yes => asked with { Uninstalling = true },
        _ => Override.Refused($"{Uninstalling} is '{Shown(mark)}'; the only valid word is {Yes}"),
    };

    private static Func<string, string?> In(string directory) => name => Read(Path.Combine(directory, name));

    private static string Shown(string text) => text.Length > 200 ? text[..200] : text;

    private static string? Read(string path)
    {
        try
        {
            return BoundedFile.ReadText(path, LongestText);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
