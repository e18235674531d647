namespace ImdsProxy.Runtime;

/// <summary>What the redirect says of its rules.</summary>
/// <param name="InPlace">Whether every rule was there and effective.</param>
/// <param name="At">When that was seen.</param>
/// <param name="Until">Until when it may be believed.</param>
internal sealed record RedirectReport(bool InPlace, DateTimeOffset At, DateTimeOffset Until);
