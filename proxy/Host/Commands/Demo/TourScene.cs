using System.Collections.Immutable;

namespace ImdsProxy.Commands.Demo;

/// <summary>A group of related requests with an introduction.</summary>
/// <param name="Title">The heading, with the pod and its action.</param>
/// <param name="Introduction">A sentence or two.</param>
/// <param name="Steps">The requests.</param>
internal sealed record TourScene(string Title, string Introduction, ImmutableArray<TourStep> Steps);
