using System.Text;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>Policies for the tests of proofs, as their authors write them.</summary>
internal static class ProofPolicy
{
    public const string Kubelet = "e5dbcd30-9b3d-4041-b791-ac23f9038175";

    private const string Identities =
        $$"""
        "kubelet":{"clientId":"{{Kubelet}}","objectId":"0c5e7f8a-3d4b-4f6e-8a21-9b7d6c5e4f30"},
        "ingest":{"clientId":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"}
        """;

    /// <summary>A policy with these rules.</summary>
    public static PolicyDocument Of(string rules, string mode = "\"mode\":\"enforce\"", string identities = Identities)
    {
        var load = PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""{"version":1,{{mode}},"identities":{ {{identities}} },"rules":[{{rules}}]}"""));
        return load.Document ?? throw new InvalidOperationException(string.Join('\n', load.Problems));
    }

    /// <summary>A rule that allows a namespace a token.</summary>
    public static string Token(string name, string ns, string identity = "ingest", string resource = "https://vault.azure.net", string more = "") =>
        $$"""{"name":"{{name}}","workloads":[{"namespaces":["{{ns}}"]}],"allow":[{"path":"/metadata/identity/oauth2/token","identities":["{{identity}}"],"resources":["{{resource}}"]{{more}}}]}""";

    /// <summary>A rule that allows a namespace a path.</summary>
    public static string Path(string name, string ns, string path, string more = "") =>
        $$"""{"name":"{{name}}","workloads":[{"namespaces":["{{ns}}"]}],"allow":[{"path":"{{path}}"{{more}}}]}""";

    /// <summary>A rule that denies everybody but a namespace something.</summary>
    public static string Guard(string name, string deny, string except = "kube-system", string more = "") =>
        $$"""{"name":"{{name}}","workloads":[{}],"except":[{"namespaces":["{{except}}"]}],"deny":[{{deny}}]{{more}}}""";
}
