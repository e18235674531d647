using System.Buffers.Text;

namespace ImdsProxy.Forward.Imds;

/// <summary>The body of an answer at a later time: its remaining lifetime, in seconds, is reduced by its age. The rest is unchanged.</summary>
internal static class ImdsAnswerBody
{
    private const int MaxDigits = 20;

    /// <summary>The length of the body at an age in seconds.</summary>
    public static int LengthAt(ImdsAnswer answer, long age)
    {
        var length = answer.Body.Length;
        if (age > 0 && answer.Envelope is { } envelope)
        {
            Span<byte> digits = stackalloc byte[MaxDigits];
            foreach (var countdown in envelope.Countdowns)
            {
                length += Digits(countdown.Seconds, age, digits) - countdown.Length;
            }
        }

        return length;
    }

    /// <summary>Copies the body with its remaining lifetime at an age.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="age">Seconds since the answer was received.</param>
    /// <param name="target">Receives the copy. At least as long as <see cref="LengthAt"/> returns.</param>
    public static void CopyAt(ImdsAnswer answer, long age, Span<byte> target)
    {
        var body = answer.Body.Span;
        var copied = 0;
        if (age > 0 && answer.Envelope is { } envelope)
        {
            foreach (var countdown in envelope.Countdowns)
            {
                body[copied..countdown.Start].CopyTo(target);
                target = target[(countdown.Start - copied)..];
                target = target[Digits(countdown.Seconds, age, target)..];
                copied = countdown.Start + countdown.Length;
            }
        }

        body[copied..].CopyTo(target);
    }

    private static int Digits(long seconds, long age, Span<byte> target)
    {
        Utf8Formatter.TryFormat(Math.Max(0, seconds - age), target, out var length);
        return length;
    }
}
