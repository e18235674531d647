namespace ImdsProxy.Operate;

/// <summary>What a measurement does to the value of its series.</summary>
internal enum MetricUse
{
    /// <summary>It is added: counters and up-down counters.</summary>
    Add,

    /// <summary>It takes the old value's place: gauges, and all that is observed.</summary>
    Set,

    /// <summary>It is counted in a bucket: histograms.</summary>
    Record,
}
