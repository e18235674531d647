using System.Security.Cryptography;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads a policy document and reports all of its problems at once.</summary>
public static class PolicyLoader
{
    private const int RevisionDigits = 12;

    /// <summary>Reads one document. Never throws, whatever the input.</summary>
    /// <param name="json">UTF-8 without a byte order mark, at most 1 MiB. Must not change while the load or its document is in use.</param>
    /// <param name="before">The load of the policy in force, or null. Rules that this document repeats word for word are taken over from this load, only to save time.</param>
    public static PolicyLoad Load(ReadOnlyMemory<byte> json, PolicyLoad? before = null)
    {
        var problems = new ProblemList();
        var known = before?.Known ?? KnownRules.None;
        var revision = Convert.ToHexStringLower(SHA256.HashData(json.Span))[..RevisionDigits];
        var root = LocatedJson.Read(json, problems, known);
        return PolicyLoad.Of(root, problems, known, revision);
    }
}
