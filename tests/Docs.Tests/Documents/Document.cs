using ImdsProxy.Chart.Tests.Tools;

namespace ImdsProxy.Docs.Tests.Documents;

/// <summary>A page for users, read as its fenced code blocks and the commands in its tables.</summary>
internal sealed class Document(string path)
{
    private static readonly string[] AtTheRoot = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "charts/imds-proxy/README.md"];

    /// <summary>Every page, as a path in the repository.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. AtTheRoot, .. Directory.GetFiles(Repository.At("docs"), "*.md").Select(file => $"docs/{Path.GetFileName(file)}").Order(StringComparer.Ordinal)];

    public IReadOnlyList<Block> Blocks { get; } = [.. Read(Repository.Read(path).Split('\n'))];

    private static IEnumerable<Block> Read(string[] lines)
    {
        var isCommands = false;
        for (var at = 0; at < lines.Length; at++)
        {
            isCommands = CommandTable.IsHead(lines[at]) || (isCommands && lines[at].StartsWith('|'));
            foreach (var block in isCommands ? CommandTable.Commands(lines[at], at + 1) : [])
            {
                yield return block;
            }

            var fence = lines[at].TrimStart();
            if (!fence.StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            var indent = lines[at].Length - fence.Length;
            var end = Array.FindIndex(lines, at + 1, line => line.Trim() == "```");
            var text = string.Join('\n', lines[(at + 1)..end].Select(line => line.Length >= indent ? line[indent..] : line));
            yield return new Block(at + 1, fence[3..].Trim(), text, at == 0 ? "" : CommentOf(lines[at - 1].Trim()));
            at = end;
        }
    }

    private static string CommentOf(string line) =>
        line.StartsWith("<!--", StringComparison.Ordinal) && line.EndsWith("-->", StringComparison.Ordinal) ? line[4..^3].Trim() : "";
}
