using System.Collections.Immutable;
using ImdsProxy.Core.Proofs.Atoms;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Splits all requests that ask for no credential into cells: paths, methods and extra query keys.</summary>
internal sealed class PathSpace(Budget budget)
{
    /// <summary>A policy has few different sets of paths, because its rules repeat the same paths.</summary>
    private const int MaxRemembered = 10_000;

    // The methods that the parser accepts.
    private static readonly string[] Methods = ["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"];

    private readonly Dictionary<string, IReadOnlyList<PathNode>> _trees = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImdsRequest?> _parsed = new(StringComparer.Ordinal);

    /// <summary>Visits all cells.</summary>
    /// <param name="standings">What holds under each policy.</param>
    /// <param name="visit">Receives each cell.</param>
    public void Explore(IReadOnlyList<Standing> standings, Action<PathCell> visit)
    {
        var terms = new PathTerms();
        var sides = standings.Select(standing => new PathSide(standing, terms)).ToArray();
        budget.Spend(terms.Count);
        foreach (var node in NodesOf(terms))
        {
            if (Parsed(node.Example) is not { Endpoint.IssuesCredential: false } request)
            {
                continue;
            }

            var matching = sides.Select(side => side.At(node)).ToArray();
            budget.Spend(matching.Sum(static side => side.Allows.Count + side.Denies.Count) + 1);
            foreach (var method in MethodsOf(request.Endpoint, matching))
            {
                ExploreMethod(node, method, request.Endpoint, [.. matching.Select(side => side.For(method, request.Endpoint))], visit);
            }
        }
    }

    private void ExploreMethod(PathNode node, string method, Endpoint endpoint, PathMatches[] sides, Action<PathCell> visit)
    {
        var allows = sides.SelectMany(static side => side.Allows).ToList();
        foreach (var extra in ExtraKeys.ClassesOf(sides.Select(static side => side.Standing), allows, endpoint, budget))
        {
            budget.Spend(Budget.Cell + allows.Count);
            var decisions = sides.Select(side => side.Decide(extra)).ToList();
            visit(new PathCell(
                node,
                method,
                extra,
                [.. decisions.Select(static decision => decision.Outcome)],
                [.. decisions.Select(static decision => decision.Rule)],
                [.. decisions.Select(static decision => decision.View)]));
        }
    }

    private IReadOnlyList<PathNode> NodesOf(PathTerms terms)
    {
        if (!_trees.TryGetValue(terms.Key, out var nodes))
        {
            nodes = new PathTree(terms.All, budget).Nodes();
            if (_trees.Count < MaxRemembered)
            {
                _trees[terms.Key] = nodes;
            }
        }

        return nodes;
    }

    // No request has a path that the parser refuses or rewrites.
    private ImdsRequest? Parsed(string path)
    {
        if (!_parsed.TryGetValue(path, out var request))
        {
            var endpoint = ImdsEndpoints.Find(path);
            var parsed = ImdsRequestParser.ParseTarget(endpoint.IsKnown ? endpoint.Methods[0] : "GET", path).Request;
            _parsed[path] = request = parsed?.Path == path ? parsed : null;
        }

        return request;
    }

    private static ImmutableArray<string> MethodsOf(Endpoint endpoint, PathMatches[] sides)
    {
        if (endpoint.IsKnown)
        {
            return endpoint.Methods;
        }

        var mentioned = sides
            .SelectMany(static side => side.Allows.Select(static allow => allow.Source.Methods).Concat(side.Denies.Select(static deny => deny.Source.Methods)))
            .SelectMany(static methods => methods.IsDefault ? [] : methods)
            .ToHashSet(StringComparer.Ordinal);
        return [.. Methods.Where(mentioned.Contains), .. Methods.Where(method => !mentioned.Contains(method)).Take(1)];
    }
}
