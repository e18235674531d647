using System.Text;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>A policy in parts, which zero bytes divide: broken ones are replaced by what they were, and what is in force is good.</summary>
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
        FuzzCheck.That(strict.Document is null || load.Broken.IsEmpty, "what is good has nothing broken");
        if (load.Load.Document is null)
        {
            return false;
        }

        FuzzCheck.That(load.InForce.Keys.All(fragments.ContainsKey), "what is in force is there");
        FuzzCheck.That(PolicyFragments.Load(load.InForce).Document?.Revision == load.Load.Document.Revision, "what is in force loads by itself");
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
