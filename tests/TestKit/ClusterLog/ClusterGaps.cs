namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>The gaps of a generated log: three nodes lack records, each for another reason.</summary>
public static class ClusterGaps
{
    /// <summary>Retention has removed the first days of this node.</summary>
    public const int Retention = 1;

    /// <summary>Some lines of this node are missing between others.</summary>
    public const int Hole = 2;

    /// <summary>This node was off for two days.</summary>
    public const int Silent = 3;

    private const int RetentionDays = 3;
    private const int HoleDay = 12;
    private const int HoleHour = 10;
    private const int SilentDay = 18;
    private const int SilentDays = 2;

    /// <summary>The nodes with a gap and its kind, as in an answer's coverage.</summary>
    public static IReadOnlyDictionary<string, string> Kinds { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [ClusterNode.NameOf(Retention)] = "retention",
        [ClusterNode.NameOf(Hole)] = "hole",
        [ClusterNode.NameOf(Silent)] = "silent",
    };

    /// <summary>Whether a line was written and got lost: its number in the chain is used up.</summary>
    internal static bool IsLost(int node, TimeSpan sinceStart) =>
        (node == Retention && sinceStart < TimeSpan.FromDays(RetentionDays))
        || (node == Hole && sinceStart.Days == HoleDay && sinceStart.Hours is HoleHour or HoleHour + 1);

    /// <summary>Whether the node was off.</summary>
    internal static bool IsOff(int node, TimeSpan sinceStart) => node == Silent && sinceStart.Days is >= SilentDay and < SilentDay + SilentDays;

    /// <summary>Whether the node reports that retention removed segments, on the day after the last that it lacks.</summary>
    internal static bool TellsRemoval(int node, int day) => node == Retention && day == RetentionDays;
}
