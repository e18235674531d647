using System.Collections.Immutable;

namespace ImdsProxy.Commands.Demo;

/// <summary>Requests that belong together, and what is said before them.</summary>
/// <param name="Title">Who does what.</param>
/// <param name="InAudit">Said in audit mode.</param>
/// <param name="Enforced">Said when the policy is enforced.</param>
/// <param name="Steps">The requests.</param>
internal sealed record TourScene(string Title, string InAudit, string Enforced, ImmutableArray<TourStep> Steps);
