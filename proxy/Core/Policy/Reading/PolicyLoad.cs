using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>The result of reading a policy.</summary>
/// <param name="Document">The policy, or null if it is refused. Both a document and errors mean that broken fragments were replaced by their last good content.</param>
/// <param name="Problems">All errors and warnings, in document order.</param>
/// <param name="Revision">The revision of the bytes that were read, valid or not.</param>
public sealed record PolicyLoad(PolicyDocument? Document, ImmutableArray<PolicyProblem> Problems, string Revision)
{
    /// <summary>The rules that the next load can take over. Empty if this policy is refused.</summary>
    internal KnownRules Known { get; private init; } = KnownRules.None;

    internal static PolicyLoad Of(LocatedValue? root, ProblemList problems, KnownRules known, string revision)
    {
        var reader = new DocumentReader(problems, known);
        var document = root is null ? null : reader.Read(root, revision);
        return problems.Errors == 0
            ? new PolicyLoad(document, problems.InOrder(), revision) { Known = reader.Clean }
            : new PolicyLoad(null, problems.InOrder(), revision);
    }

    /// <summary>The same problems, with the document of another load in force.</summary>
    internal PolicyLoad With(PolicyLoad inForce) => this with { Document = inForce.Document, Known = inForce.Known };
}
