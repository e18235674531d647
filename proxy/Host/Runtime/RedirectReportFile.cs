using System.Text.Json;

namespace ImdsProxy.Runtime;

/// <summary>
/// The file by which the redirect tells the proxy beside it how its rules are. The redirect has no token and hears nobody,
/// so it can't tell anyone else; what it says holds for a short time only, so that nobody believes one who has died.
/// </summary>
internal sealed class RedirectReportFile(string path, TimeProvider time)
{
    // A report has about 150 bytes.
    private const int Longest = 4096;

    private readonly SharedFile _file = new(path);

    /// <summary>Puts the file in place whole: who reads finds the old word or the new one.</summary>
    /// <param name="inPlace">Whether every rule is there and effective.</param>
    /// <param name="validity">For how long that may be believed.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Tell(bool inPlace, TimeSpan validity)
    {
        var now = time.GetUtcNow();
        _file.Write(JsonSerializer.SerializeToUtf8Bytes(new RedirectReport(inPlace, now, now + validity), RedirectReportJson.Default.RedirectReport));
    }

    /// <summary>Takes the last word back.</summary>
    /// <exception cref="IOException">It can't be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be removed.</exception>
    public void Withdraw() => _file.Remove();

    /// <summary>Why the rules are not taken to be in place, or null where they are.</summary>
    public string? Doubt()
    {
        try
        {
            return JsonSerializer.Deserialize(BoundedFile.Read(path, Longest), RedirectReportJson.Default.RedirectReport) is { } report
                ? Doubt(report, time.GetUtcNow())
                : "the redirect's word is empty";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "the redirect has not told yet that its rules are in place";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return $"the redirect's word can't be read: {e.Message}";
        }
    }

    // One from the future is from before the clock was set.
    private static string? Doubt(RedirectReport report, DateTimeOffset now) =>
        now < report.At || now > report.Until ? $"the redirect was last heard at {report.At.UtcDateTime:O}"
        : report.InPlace ? null
        : "the redirect says that not every rule is there and effective";
}
