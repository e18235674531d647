using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>
/// Reads a policy that consists of several files. Exactly one file has the version, the mode and the mode lists. Every file may
/// have identities and rules, with names that are unique in the whole policy. Places in problems begin with the file's name.
/// </summary>
public static class PolicyFragments
{
    private const int RevisionDigits = 12;

    /// <summary>Reads fragments as one policy.</summary>
    /// <param name="fragments">The content of the files by name.</param>
    /// <param name="before">The load of the policy in force, or null (see <see cref="PolicyLoader"/>).</param>
    public static PolicyLoad Load(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> fragments, PolicyLoad? before = null) =>
        Load(fragments, before?.Known ?? KnownRules.None, out _);

    /// <summary>
    /// Reads fragments as one policy. If that policy is refused, each broken fragment is replaced by its last good content.
    /// </summary>
    /// <param name="fragments">The content of the files by name.</param>
    /// <param name="lastGood">The content that was in force before, by name.</param>
    /// <param name="before">The load of the policy in force, or null (see <see cref="PolicyLoader"/>).</param>
    public static FragmentsLoad Load(
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> fragments,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> lastGood,
        PolicyLoad? before = null)
    {
        var known = before?.Known ?? KnownRules.None;
        var load = Load(fragments, known, out var blamed);
        var (now, inForce, broken) = (load, fragments, ImmutableSortedSet<string>.Empty);
        while (now.Document is null && !blamed.IsEmpty && blamed.All(name => lastGood.ContainsKey(name) && !broken.Contains(name)))
        {
            broken = broken.Union(blamed);
            inForce = inForce.ToDictionary(
                static entry => entry.Key, entry => broken.Contains(entry.Key) ? lastGood[entry.Key] : entry.Value, StringComparer.Ordinal);
            now = Load(inForce, known, out blamed);
        }

        return new FragmentsLoad(load.With(now), inForce, broken.Union(blamed));
    }

    private static PolicyLoad Load(
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> fragments, KnownRules known, out ImmutableSortedSet<string> blamed)
    {
        var problems = new ProblemList();
        var merger = new FragmentMerger(problems);
        var starts = new List<(int Start, string Name)>();
        var unreadable = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var start = 0;
        foreach (var (name, content) in fragments.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            starts.Add((start, name));
            AppendTo(hash, name, content.Span);
            if (LocatedJson.Read(content, problems, known, $"{name}:", start) is { } root)
            {
                merger.Add(root);
            }
            else
            {
                unreadable.Add(name);
            }

            start += content.Length + 1;
        }

        var revision = Convert.ToHexStringLower(hash.GetHashAndReset())[..RevisionDigits];
        var load = PolicyLoad.Of(merger.Merge(), problems, known, revision);
        // An unreadable fragment may cause problems in other fragments, so the other fragments are not blamed.
        blamed = unreadable.Count > 0
            ? unreadable.ToImmutable()
            : [.. problems.ErrorOffsets.Select(offset => starts.LastOrDefault(entry => entry.Start <= offset).Name).OfType<string>()];
        return load;
    }

    // No name contains a zero byte, and the length marks the end of the content. So two different sets of files never hash the same input.
    private static void AppendTo(IncrementalHash hash, string name, ReadOnlySpan<byte> content)
    {
        hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{content.Length}\0"));
        hash.AppendData(content);
    }
}
