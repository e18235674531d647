namespace ImdsProxy.Core.Demands;

/// <summary>The requests of one day (UTC).</summary>
/// <param name="Day">The day.</param>
/// <param name="Requests">The number of requests.</param>
public readonly record struct DayCount(DateOnly Day, long Requests);
