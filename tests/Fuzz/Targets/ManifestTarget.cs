using ImdsProxy.PolicySource;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The input of <c>policy check</c>: a policy, or a ConfigMap manifest in YAML or JSON.</summary>
internal sealed class ManifestTarget : IFuzzTarget
{
    public bool Run(ReadOnlyMemory<byte> input)
    {
        try
        {
            var manifest = PolicyManifest.Read(input.ToArray(), "policy");
            FuzzCheck.That(manifest.Texts.ByName.Count > 0, "an accepted manifest contains a policy");
            return manifest.Texts.ByName.Keys.All(name => name != "policy");
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
