using System.Globalization;
using System.Text;

namespace ImdsProxy.Runtime;

/// <summary>
/// The file that tells the redirect that the proxy is ready. Its content is valid for only a few seconds, so that a file left by
/// an earlier container has no effect.
/// </summary>
internal sealed class ReadyFile(string path, TimeProvider time)
{
    /// <summary>How long the content is valid.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(5);

    private const string Word = "ready until ";
    private const string End = "\n";
    private const int Longest = 64;

    private readonly SharedFile _file = new(path);

    /// <summary>States that the proxy is ready. Repeat this before <see cref="Validity"/> is over.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to write the file.</exception>
    public void Tell() => _file.Write(Encoding.ASCII.GetBytes(Word + Text(time.GetUtcNow() + Validity) + End));

    /// <summary>Removes the file.</summary>
    /// <exception cref="IOException">The file can't be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to remove the file.</exception>
    public void Withdraw() => _file.Remove();

    /// <summary>Whether the proxy states now that it is ready. Any content other than the exact words counts as not ready.</summary>
    public bool IsReady()
    {
        try
        {
            // An attacker may control the proxy, so the read never blocks and is bounded.
            var text = Encoding.ASCII.GetString(BoundedFile.ReadStart(path, Longest, followsLink: false));
            return text.Length <= Longest
                && text.StartsWith(Word, StringComparison.Ordinal) && text.EndsWith(End, StringComparison.Ordinal)
                && DateTimeOffset.TryParseExact(text[Word.Length..^End.Length], "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)
                && IsNow(until - time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // A time further ahead was written by another version, or before the clock was set back.
    private static bool IsNow(TimeSpan left) => left >= TimeSpan.Zero && left <= Validity;

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
