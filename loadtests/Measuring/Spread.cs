namespace ImdsProxy.LoadTests.Measuring;

/// <summary>The median of several rounds, with the lowest and the highest value.</summary>
internal sealed record Spread(double Median, double Least, double Most)
{
    /// <summary>Returns the spread of the values, or null if there are none.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? null : new Spread((sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, sorted[0], sorted[^1]);
    }
}
