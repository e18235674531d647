using System.Text.Json;

namespace ImdsProxy.Runtime;

/// <summary>
/// The file in which the redirect reports the state of its rules to the proxy. The redirect has no token and no listener, so it
/// cannot report in any other way. A report is valid for only a short time, so that the report of a dead redirect has no effect.
/// </summary>
internal sealed class RedirectReportFile(string path, TimeProvider time)
{
    // In bytes. A report has about 150.
    private const int Longest = 4096;

    private readonly SharedFile _file = new(path);

    /// <summary>Replaces the file atomically: a reader finds either the old report or the new report.</summary>
    /// <param name="inPlace">Whether every rule is in place and effective.</param>
    /// <param name="validity">How long the report is valid.</param>
    /// <param name="hostPods">Whether host pods are intercepted, or null if they are not meant to be.</param>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to write the file.</exception>
    public void Tell(bool inPlace, TimeSpan validity, bool? hostPods = null)
    {
        var now = time.GetUtcNow();
        _file.Write(JsonSerializer.SerializeToUtf8Bytes(new RedirectReport(inPlace, now, now + validity, hostPods), RedirectReportJson.Default.RedirectReport));
    }

    /// <summary>Removes the file.</summary>
    /// <exception cref="IOException">The file can't be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to remove the file.</exception>
    public void Withdraw() => _file.Remove();

    /// <summary>Why the rules may not be in place, or null if they are.</summary>
    public string? Doubt()
    {
        try
        {
            return JsonSerializer.Deserialize(BoundedFile.Read(path, Longest), RedirectReportJson.Default.RedirectReport) is { } report
                ? Doubt(report, time.GetUtcNow())
                : "the redirect's report is empty";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "the redirect has not reported yet that its rules are in place";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return $"the redirect's report can't be read: {e.Message}";
        }
    }

    // A report from the future was written before the clock was set back.
    private static string? Doubt(RedirectReport report, DateTimeOffset now) =>
        now < report.At || now > report.Until ? $"the redirect last reported at {report.At.UtcDateTime:O}"
        : report.InPlace ? null
        : "the redirect reports that not every rule is in place and effective";
}
