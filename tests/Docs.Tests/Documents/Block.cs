namespace ImdsProxy.Docs.Tests.Documents;

/// <summary>A fenced code block of a document, or a command in a table.</summary>
/// <param name="Line">The line of its opening fence, from 1.</param>
/// <param name="Language">The fence's info string.</param>
/// <param name="Text">The text between the fences.</param>
/// <param name="Comment">The HTML comment on the line before, without its marks; empty if there is none.</param>
internal sealed record Block(int Line, string Language, string Text, string Comment)
{
    private const string NotRunMark = "not run:";
    private const string FileMark = "file:";
    private const string AfterMark = "after:";

    /// <summary>Whether the block contains commands, not data.</summary>
    public bool HasCommands => Language is "sh" or "console";

    /// <summary>Why the block is not run; null if it is run.</summary>
    public string? NotRun => Marked(NotRunMark);

    /// <summary>The name of the file that the block shows and later commands read; null if it shows no file.</summary>
    public string? File => Marked(FileMark);

    /// <summary>A command that the reader runs first, if the block does not follow directly from the previous one.</summary>
    public string? After => Marked(AfterMark);

    private string? Marked(string mark) => Comment.StartsWith(mark, StringComparison.Ordinal) ? Comment[mark.Length..].Trim() : null;
}
