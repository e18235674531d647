using System.Collections.Immutable;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>Whether host pods are intercepted, for the output of a command.</summary>
/// <param name="InPlace">Whether the table is in place. The lease comes and goes with the proxy's readiness.</param>
/// <param name="Lines">The lines of the output.</param>
internal sealed record HostPodsReport(bool InPlace, ImmutableArray<string> Lines);
