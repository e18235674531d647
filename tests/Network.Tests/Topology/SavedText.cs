using System.Text.RegularExpressions;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>Makes two outputs of <c>iptables-save</c> comparable.</summary>
internal static partial class SavedText
{
    /// <summary>Removes comments, counters, and tables that contain only empty built-in chains.</summary>
    public static string Normalise(string saved)
    {
        var lines = saved.Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => Counters().Replace(l, ""));
        var tables = string.Join('\n', lines).Split("COMMIT", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', tables.Where(IsUsed).Order(StringComparer.Ordinal));
    }

    private static bool IsUsed(string table) =>
        table.Contains("\n-A ", StringComparison.Ordinal) || UserChainOrPolicy().IsMatch(table);

    [GeneratedRegex(@"\s*\[\d+:\d+\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counters();

    [GeneratedRegex(@"^:\S+ (-|DROP)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserChainOrPolicy();
}
