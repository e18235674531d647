using System.Collections.Immutable;

namespace ImdsProxy.Commands.Demo;

/// <summary>A group of related requests with an introduction.</summary>
/// <param name="Title">The heading, with the pod and its action.</param>
/// <param name="InAudit">The introduction in audit mode.</param>
/// <param name="Enforced">The introduction in enforce mode.</param>
/// <param name="Steps">The requests.</param>
internal sealed record TourScene(string Title, string InAudit, string Enforced, ImmutableArray<TourStep> Steps);
