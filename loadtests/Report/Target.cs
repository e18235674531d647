namespace ImdsProxy.LoadTests.Report;

/// <summary>A target, and whether it was met.</summary>
/// <param name="What">The subject of the target.</param>
/// <param name="Goal">The target value, as text.</param>
/// <param name="Measured">The measured value, as text.</param>
/// <param name="Met">Whether the target was met; null if this run cannot tell.</param>
internal sealed record Target(string What, string Goal, string Measured, bool? Met)
{
    /// <summary>Creates a target for a value with an upper or lower limit.</summary>
    public static Target Of(string what, string goal, double? value, string measured, double limit, bool atLeast = false) => value is { } known
        ? new Target(what, goal, measured, atLeast ? known >= limit : known <= limit)
        : new Target(what, goal, "not measured", null);
}
