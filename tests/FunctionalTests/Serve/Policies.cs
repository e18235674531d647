using ImdsProxy.FakeImds;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>Policy documents for tests.</summary>
internal static class Policies
{
    /// <summary>The identity that the fake IMDS uses for a request that names none.</summary>
    public const string Kubelet = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    public const string KubeletObject = "0c5e7f8a-3d4b-4f6e-8a21-9b7d6c5e4f30";
    public const string Ingest = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    public const string IngestObject = "b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1";

    public static readonly string KubeletResource = FakeVm.IdentityResourceId("aks-demo-agentpool");
    public static readonly string IngestResource = FakeVm.IdentityResourceId("adx-ingest");

    private const string Token = "/metadata/identity/oauth2/token";

    /// <summary>A rule that allows every known pod everything.</summary>
    public static readonly string AllowAll = """
        {"name":"all","workloads":[{"namespaces":["*"]}],"allow":[
          {"path":"/metadata/identity/oauth2/token","identities":["*"],"resources":["*"],"extraQuery":["foo"]},
          {"path":"/metadata/identity/issuecredential","methods":["POST"],"identities":["*"],"resources":["*"]},
          {"path":"/metadata/attested/document"},
          {"path":"/metadata/scheduledevents","methods":["GET","POST"]},
          {"path":"/latest/meta-data/iam/security-credentials"},
          {"path":"/latest/api/token","methods":["PUT"]},
          {"path":"/computeMetadata/v1/instance/hostname"},
          {"path":"/"},
          {"path":"/metadata/**"}]}
        """;

    /// <summary>A rule that denies everything to pods in the namespace "infected".</summary>
    public const string Quarantine = """{"name":"quarantine","workloads":[{"namespaces":["infected"]}],"deny":[{}]}""";

    private static readonly string[] Usual =
    [
        $$"""
        {"name":"fluent-bit","workloads":[{"namespaces":["logging"],"serviceAccounts":["fluent-bit"]}],"allow":[
          {"path":"{{Token}}","identities":["adx-ingest"],"resources":["https://api.kusto.windows.net"]},
          {"path":"/metadata/instance/compute/location"},
          {"path":"/metadata/scheduledevents","methods":["GET","POST"]}]}
        """,
        $$"""
        {"name":"autoscaler","workloads":[{"namespaces":["kube-system"]}],"allow":[
          {"path":"{{Token}}","identities":["kubelet"],"resources":["https://management.azure.com"],"extraQuery":["authority"]},
          {"path":"/metadata/instance/**"}]}
        """,
        """{"name":"istio","workloads":[{}],"except":[{"namespaces":["kube-system"]}],"deny":[{"path":"/metadata/instance","quiet":true}]}""",
    ];

    /// <summary>The policy of a small cluster: Fluent Bit and the autoscaler get what they need, and all other pods get nothing.</summary>
    public static string Cluster(string mode) => Document(mode, Usual);

    /// <summary>The same policy with exceptions to its mode and additional rules.</summary>
    public static string Cluster(string mode, string exceptions, params string[] rules) => Document(mode, [.. Usual, .. rules], exceptions);

    public static string Document(string mode, params string[] rules) => Document(mode, rules, "");

    private static string Document(string mode, string[] rules, string exceptions) => $$"""
        {
          "version": 1,
          "mode": "{{mode}}",
          {{exceptions}}
          "identities": {
            "kubelet": { "clientId": "{{Kubelet}}", "objectId": "{{KubeletObject}}", "resourceId": "{{KubeletResource}}" },
            "adx-ingest": { "clientId": "{{Ingest}}", "objectId": "{{IngestObject}}", "resourceId": "{{IngestResource}}" }
          },
          "rules": [
            {{string.Join(",\n    ", rules)}}
          ]
        }
        """;
}
