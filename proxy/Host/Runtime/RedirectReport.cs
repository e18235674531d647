namespace ImdsProxy.Runtime;

/// <summary>The redirect's report about its rules.</summary>
/// <param name="InPlace">Whether every rule was in place and effective.</param>
/// <param name="At">When the rules were observed.</param>
/// <param name="Until">When the report expires.</param>
/// <param name="HostPods">Whether host pods were intercepted, or null if they are not meant to be.</param>
internal sealed record RedirectReport(bool InPlace, DateTimeOffset At, DateTimeOffset Until, bool? HostPods = null);
