namespace ImdsProxy.LoadTests.Report;

/// <summary>A target, and how it was met.</summary>
/// <param name="What">What it speaks of.</param>
/// <param name="Goal">The target.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Met">Null where this run says nothing of it.</param>
internal sealed record Target(string What, string Goal, string Measured, bool? Met)
{
    /// <summary>One value that may be at most, or must be at least, so much.</summary>
    public static Target Of(string what, string goal, double? value, string measured, double limit, bool atLeast = false) => value is { } known
        ? new Target(what, goal, measured, atLeast ? known >= limit : known <= limit)
        : new Target(what, goal, "not measured", null);
}
