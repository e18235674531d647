namespace ImdsProxy.Commands.Demo;

/// <summary>The demo's output, 100 columns wide, with or without colour.</summary>
internal sealed class Screen(TextWriter output, bool isColoured)
{
    public const int Columns = 100;

    private const string Indent = "  ";

    /// <summary>The process's stdout. Coloured on a terminal, unless NO_COLOR (no-color.org) is set or TERM is <c>dumb</c>.</summary>
    public static Screen OfConsole() => new(
        Console.Out,
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb");

    /// <summary>Writes a line that consists of coloured pieces.</summary>
    public void Line(params ReadOnlySpan<(Ink Ink, string Text)> pieces)
    {
        foreach (var (ink, text) in pieces)
        {
            output.Write(Paint(ink, text));
        }

        output.WriteLine();
    }

    public void Line(string text = "") => output.WriteLine(text);

    /// <summary>Writes a chapter title with a rule to the right edge.</summary>
    public void Title(string text)
    {
        Line();
        Line((Ink.Bold, $"━━ {text} "), (Ink.Dim, new string('━', Math.Max(0, Columns - text.Length - 4))));
    }

    /// <summary>Writes a scene title.</summary>
    public void Heading(string text)
    {
        Line();
        Line((Ink.Bold, text));
    }

    /// <summary>Writes a paragraph, wrapped between words.</summary>
    public void Text(string text, Ink ink = Ink.Plain)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length + word.Length + 1 + Indent.Length > Columns)
            {
                Line((ink, Indent + line));
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        Line((ink, Indent + line));
    }

    /// <summary>Truncates or pads text to a width.</summary>
    public static string Fit(string text, int width) =>
        text.Length <= width ? text.PadRight(width) : text[..(width - 1)] + "…";

    private string Paint(Ink ink, string text) => isColoured && ink != Ink.Plain ? $"\e[{(int)ink}m{text}\e[0m" : text;
}
