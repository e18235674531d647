using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Metrics;

/// <summary>The labels of a request's counter, as typed values instead of strings.</summary>
/// <param name="Verdict">How the request ended.</param>
/// <param name="Reason">Why it ended this way.</param>
/// <param name="Endpoint">The endpoint's name, or <c>none</c> for a request that was not parsed.</param>
/// <param name="Mode">The mode in force for the caller.</param>
internal readonly record struct RequestLabels(Verdict Verdict, Reason Reason, string Endpoint, PolicyMode Mode);
