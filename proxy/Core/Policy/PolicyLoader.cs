using System.Security.Cryptography;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Policy;

/// <summary>Reads a policy document and reports all that is wrong with it at once.</summary>
public static class PolicyLoader
{
    private const int RevisionDigits = 12;

    /// <summary>Reads one document. Throws for no input.</summary>
    /// <param name="json">UTF-8 without a byte order mark, at most 1 MiB. Must not change as long as a document that came of it is of use.</param>
    /// <param name="before">The one before, or null: its rules that stand in this one word for word are taken over, which changes nothing but what it costs.</param>
    public static PolicyLoad Load(ReadOnlyMemory<byte> json, PolicyDocument? before = null)
    {
        var problems = new ProblemList();
        var known = before?.Known ?? KnownRules.None;
        var revision = Convert.ToHexStringLower(SHA256.HashData(json.Span))[..RevisionDigits];
        var root = LocatedJson.Read(json, problems, known);
        var document = root is null ? null : new DocumentReader(problems, known).Read(root, revision);
        return new PolicyLoad(problems.Errors == 0 ? document : null, problems.InOrder(), revision);
    }
}
