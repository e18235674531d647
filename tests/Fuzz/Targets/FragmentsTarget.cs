using System.Text;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>
/// A policy in fragments, separated by zero bytes: broken fragments are replaced by their last good content, and the policy in
/// force is valid.
/// </summary>
internal sealed class FragmentsTarget : IFuzzTarget
{
    private const int MaxFragments = 4;

    private static readonly Dictionary<string, ReadOnlyMemory<byte>> LastGood = new(StringComparer.Ordinal)
    {
        ["0.json"] = Encoding.UTF8.GetBytes("""{"version":1,"mode":"enforce","rules":[]}"""),
        ["1.json"] = Encoding.UTF8.GetBytes("""{"rules":[{"name":"a","workloads":[{"namespaces":["a"]}],"allow":[{"path":"/metadata/versions"}]}]}"""),
        ["2.json"] = Encoding.UTF8.GetBytes("{}"),
        ["3.json"] = Encoding.UTF8.GetBytes("{}"),
    };

    public bool Run(ReadOnlyMemory<byte> input)
    {
        var fragments = Split(input);
        var strict = PolicyFragments.Load(fragments);
        var load = PolicyFragments.Load(fragments, LastGood);
        FuzzCheck.That(strict.Document is null || load.Broken.IsEmpty, "a valid policy has no broken fragments");
        if (load.Load.Document is null)
        {
            return false;
        }

        FuzzCheck.That(load.InForce.Keys.All(fragments.ContainsKey), "fragments in force are among the files");
        FuzzCheck.That(PolicyFragments.Load(load.InForce).Document?.Revision == load.Load.Document.Revision, "the fragments in force form a valid policy");
        PolicySnapshot.Compile(load.Load.Document);
        return true;
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> input)
    {
        var fragments = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        for (var rest = input; fragments.Count < MaxFragments;)
        {
            var zero = rest.Span.IndexOf((byte)0);
            fragments.Add($"{fragments.Count}.json", zero < 0 ? rest : rest[..zero]);
            if (zero < 0)
            {
                break;
            }

            rest = rest[(zero + 1)..];
        }

        return fragments;
    }
}
