using System.Globalization;
using System.Text;

namespace ImdsProxy.Runtime;

/// <summary>
/// The file by which the proxy tells the redirect beside it that it is ready. Its content holds for a few seconds only, so
/// that a file which an earlier container left behind counts for nothing.
/// </summary>
internal sealed class ReadyFile(string path, TimeProvider time)
{
    /// <summary>For how long the word is believed.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(5);

    private const string Word = "ready until ";
    private const string End = "\n";
    private const int Longest = 64;

    private readonly SharedFile _file = new(path);

    /// <summary>Tells that the proxy is ready. To be told again before <see cref="Validity"/> is over.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Tell() => _file.Write(Encoding.ASCII.GetBytes(Word + Text(time.GetUtcNow() + Validity) + End));

    /// <summary>Takes the word back.</summary>
    /// <exception cref="IOException">The file can't be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be removed.</exception>
    public void Withdraw() => _file.Remove();

    /// <summary>Whether the proxy says now that it is ready. Anything else than its exact words says that it is not.</summary>
    public bool IsReady()
    {
        try
        {
            // The proxy may be taken over: whatever it puts there is read without a wait, and no more of it than this.
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

    // A time further ahead is none that this version writes, or one from before the clock was set back.
    private static bool IsNow(TimeSpan left) => left >= TimeSpan.Zero && left <= Validity;

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
