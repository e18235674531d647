namespace ImdsProxy.Runtime;

/// <summary>What the redirect reports about its rules.</summary>
/// <param name="InPlace">Whether every rule was there and effective.</param>
/// <param name="At">When that was observed.</param>
/// <param name="Until">Until when the report is valid.</param>
internal sealed record RedirectReport(bool InPlace, DateTimeOffset At, DateTimeOffset Until);
