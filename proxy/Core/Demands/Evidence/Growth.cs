namespace ImdsProxy.Core.Demands.Evidence;

/// <summary>The sizes of the arrays of evidence. Most stay at one entry; of those that grow, few are copied often, because each copy leaves garbage.</summary>
internal static class Growth
{
    private const int Step = 8;

    /// <summary>The next size of a full array.</summary>
    public static int Next(int size, int most) => size == 0 ? 1 : Math.Min(most, (size + Math.Max(Step, size / 2)) / Step * Step);
}
