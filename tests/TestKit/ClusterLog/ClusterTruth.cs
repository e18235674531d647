using System.Text.Json.Nodes;

namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>Compares the answer of <c>policy suggest -o json</c> with what the generator knows.</summary>
public static class ClusterTruth
{
    /// <summary>The differences, one line each; empty if the suggestion is the truth.</summary>
    public static IReadOnlyList<string> Differences(ClusterLogSize size, JsonNode answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var expected = ClusterHabits.Of(size).GroupBy(static habit => habit.Key, StringComparer.Ordinal).ToDictionary(static same => same.Key, static same => same.First().Expected, StringComparer.Ordinal);
        var actual = Entries(answer["proposed"]!, "kind").Concat(Entries(answer["leftOut"]!, "reason"))
            .GroupBy(static entry => entry.Key, StringComparer.Ordinal)
            .ToDictionary(static same => same.Key, static same => string.Join('+', same.Select(static entry => entry.Outcome).Distinct(StringComparer.Ordinal)), StringComparer.Ordinal);
        return
        [
            .. expected.Keys.Union(actual.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Where(key => expected.GetValueOrDefault(key) != actual.GetValueOrDefault(key))
                .Select(key => $"{key}: expected {expected.GetValueOrDefault(key) ?? "nothing"}, suggested {actual.GetValueOrDefault(key) ?? "nothing"}"),
            .. GapDifferences(answer["coverage"]!["gaps"]!.AsArray()),
        ];
    }

    // A node with a gap can have further ones: two hours without a line are silent too.
    private static IEnumerable<string> GapDifferences(JsonArray gaps)
    {
        var named = gaps.Select(static gap => ((string)gap!["node"]!, (string)gap["kind"]!)).ToHashSet();
        return ClusterGaps.Kinds.Where(gap => !named.Contains((gap.Key, gap.Value))).Select(static gap => $"the {gap.Value} of {gap.Key} is not named")
            .Concat(named.Select(static gap => gap.Item1).Distinct(StringComparer.Ordinal).Where(static node => !ClusterGaps.Kinds.ContainsKey(node)).Select(static node => $"{node} has no gap"));
    }

    private static IEnumerable<(string Key, string Outcome)> Entries(JsonNode list, string outcome) =>
        from entry in list.AsArray()
        let demand = entry["demand"]
        where demand is not null
        select (
            ClusterHabit.KeyOf(
                (string?)demand["namespace"], (string?)demand["serviceAccount"], (bool?)demand["probe"] == true, (string?)demand["method"], (string?)demand["path"], (string?)demand["resource"],
                (string?)demand["identity"]?["clientId"]),
            (string)entry[outcome]!);
}
