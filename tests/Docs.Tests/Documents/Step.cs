namespace ImdsProxy.Docs.Tests.Documents;

/// <summary>What a reader does at a block: run one or more commands, whose output the document shows, or save a file.</summary>
/// <param name="Line">The line of the block's fence.</param>
/// <param name="Commands">The commands for bash.</param>
/// <param name="Shown">The lines of output in the document.</param>
internal sealed record Step(int Line, string Commands, IReadOnlyList<string> Shown)
{
    private const string Prompt = "$ ";

    /// <summary>
    /// The steps of a block. An <c>sh</c> block is one step, each prompt of a <c>console</c> block starts a step, and a file is
    /// one step.
    /// </summary>
    public static IEnumerable<Step> Of(Block block)
    {
        if (block.File is { } file)
        {
            return [new Step(block.Line, $"cat > {file} <<'END-OF-FILE'\n{block.Text}\nEND-OF-FILE", [])];
        }

        return !block.HasCommands || block.NotRun is not null ? []
            : block.Language == "sh" ? [new Step(block.Line, $"{block.After}\n{block.Text}", [])]
            : OfConsole(block);
    }

    private static IEnumerable<Step> OfConsole(Block block)
    {
        var steps = new List<(string Command, List<string> Shown)>();
        foreach (var line in block.Text.Split('\n').Where(line => line.Length > 0))
        {
            if (line.StartsWith(Prompt, StringComparison.Ordinal))
            {
                steps.Add((line[Prompt.Length..], []));
            }
            else
            {
                steps[^1].Shown.Add(line);
            }
        }

        return steps.Select(step => new Step(block.Line, step.Command, step.Shown));
    }
}
