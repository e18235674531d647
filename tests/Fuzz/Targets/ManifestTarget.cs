using ImdsProxy.PolicySource;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>What <c>policy check</c> is given: a policy, or a ConfigMap's manifest in YAML or JSON.</summary>
internal sealed class ManifestTarget : IFuzzTarget
{
    public bool Run(ReadOnlyMemory<byte> input)
    {
        try
        {
            var manifest = PolicyManifest.Read(input.ToArray(), "policy");
            FuzzCheck.That(manifest.Texts.ByName.Count > 0, "a manifest that is read holds a policy");
            return manifest.Texts.ByName.Keys.All(name => name != "policy");
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
