namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>The values files of the matrix, by name.</summary>
internal static class Values
{
    public const string Defaults = "";

    public const string Everything = """
        clusterName: prod-weu
        interception: iptables
        imagePullSecrets: [{ name: registry }]
        policy:
          mode: audit
          enforceOnly: [{ namespaces: [payments] }]
          hostNetwork: { mode: audit, enforceOnly: [{ namespaces: [monitoring] }] }
          identities:
            adx-ingest: { clientId: 2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6 }
          rules:
            fluent-bit-to-adx:
              description: "Quotes \" and <angles>, and a dollar $(NODE_NAME)."
              workloads: [{ namespaces: [logging], serviceAccounts: [fluent-bit] }]
              allow:
                - { path: /metadata/identity/oauth2/token, identities: [adx-ingest], resources: ["https://api.kusto.windows.net"] }
            istio-probes:
              workloads: [{}]
              deny: [{ path: /metadata/instance, quiet: true }]
            taken-out: null
          tests:
            examples:
              Fluent Bit ships logs:
                caller: { namespace: logging, serviceAccount: fluent-bit }
                request: GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://api.kusto.windows.net&client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6
                expect: allow
                rule: fluent-bit-to-adx
            never:
              "nobody but Fluent Bit gets its identity":
                workloads: [{}]
                except: [{ namespaces: [logging], serviceAccounts: [fluent-bit] }]
                allow: [{ identities: [adx-ingest] }]
              taken out: null
        redirect: { whenDown: open, existingBlock: override }
        proxy: { port: 17000, drainTimeoutSeconds: 40, denialHelp: "Ask #platform, please", extraArgs: [--keep-alive=60s] }
        audit: { fsync: true, otlp: "https://collector.observability.svc:4318/v1/logs" }
        metrics:
          enabled: true
          serviceMonitor: { enabled: true, labels: { release: prometheus } }
          prometheusRule: { enabled: true }
          dashboard: { enabled: true }
        startupTaint: { enabled: true }
        hostPods: { enabled: true }
        networkPolicy: { enabled: true }
        nodeSelector: { pool: user }
        podLabels: { team: platform }
        podAnnotations: { note: "yes" }
        """;

    public const string Cilium = """
        interception: cilium
        startupTaint: { enabled: true, key: example.com/not-yet, admissionPolicy: false }
        metrics: { enabled: true, serviceMonitor: { enabled: true } }
        """;

    public const string ExistingConfigMap = """
        policy: { existingConfigMap: { name: team-policy, key: all.json, testsKey: all.tests.json } }
        proxy: { eventQps: 0 }
        """;

    public const string NothingKept = """
        audit: { hostPath: "", stdout: true }
        state: { hostPath: "" }
        serviceAccount: { create: false, name: imds }
        policy: { check: { enabled: false } }
        redirect: { removeOnUninstall: false }
        """;

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["defaults"] = Defaults,
        ["everything"] = Everything,
        ["cilium"] = Cilium,
        ["enforced"] = "policy: { mode: enforce }",
        ["existing ConfigMap"] = ExistingConfigMap,
        ["fragments"] = "policy: { existingConfigMap: { name: team-policy, key: \"\" } }",
        ["nothing kept"] = NothingKept,
    };
}
