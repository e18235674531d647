using System.Collections.Immutable;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Proofs.Workloads;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs;

/// <summary>Builds a concrete pod, request and answer from a box and a cell.</summary>
internal static class WitnessBuilder
{
    private const string Version = "api-version=2018-02-01";

    /// <summary>The witness, or null if the parser refuses the request.</summary>
    public static Witness? Of(WorkloadBox box, IRequestCell cell) =>
        Parse(cell).Request is { } request ? new Witness(box.Example(), request, AnswerOf(cell)) : null;

    /// <summary>The request line, for the message about a request that the parser refuses.</summary>
    public static string Line(IRequestCell cell) => cell is PathCell path
        ? $"{path.Method} {Target(path.Path.Example, path.Extra)}"
        : Line((CredentialCell)cell);

    private static string Line(CredentialCell cell)
    {
        var endpoint = RuleTerms.EndpointOf(cell.Slice);
        var parameters = new List<string>();
        if (CredentialText.Example(cell).Asked.Example is { } resource)
        {
            parameters.Add($"resource={Uri.EscapeDataString(resource)}");
        }

        if (cell.Selector.Selector is { } selector)
        {
            parameters.Add($"{selector.Key}={Uri.EscapeDataString(selector.Value)}");
        }

        return $"{endpoint.Methods[0]} {Target(endpoint.Path, cell.Extra, parameters)}";
    }

    private static CredentialAnswer? AnswerOf(IRequestCell cell) => cell is CredentialCell { Answered: { } atoms } credential
        ? new CredentialAnswer(atoms.ClientId, CredentialText.Example(credential).Answered!.Example)
        {
            Claims = atoms.Audience is null && atoms.ResourceId is null ? null : new TokenClaims(null, null, atoms.ResourceId, atoms.Audience, null),
        }
        : null;

    // On a path that IMDS is not known to have, the version would be an extra key.
    private static string Target(string path, ImmutableArray<string> extra, params IEnumerable<string> parameters)
    {
        string[] all = [.. ImdsEndpoints.Find(path).IsKnown ? [Version] : Array.Empty<string>(), .. parameters, .. extra.Select(static key => key + "=1")];
        return all.Length == 0 ? path : $"{path}?{string.Join('&', all)}";
    }

    private static RequestResult Parse(IRequestCell cell)
    {
        var line = Line(cell);
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return ImdsRequestParser.ParseTarget(line[..space], line[(space + 1)..]);
    }
}
