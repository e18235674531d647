namespace ImdsProxy.Docs.Tests;

/// <summary>The commands that a reader has run before each document.</summary>
internal static class SetUp
{
    private const string Installed = """
        kubectl create namespace imds-proxy
        helm install imds-proxy charts/imds-proxy -n imds-proxy --set interception=iptables
        """;

    // The log of the node's short run, for each hour of a month. The web shop's requests are in the last hour only.
    private const string MonthOfLog = """
        imds-proxy audit search /var/log/imds-proxy --kind request -o json | awk '
          { line[NR] = $0 }
          END {
            for (day = 1; day <= 30; day++) for (hour = 0; hour < 24; hour++) {
              seq = 0
              for (i = 1; i <= NR; i++) {
                l = line[i]
                if (l ~ /"namespace":"shop"/ && !(day == 30 && hour == 23)) continue
                sub(/"ts":"[0-9-]*T[0-9][0-9]/, sprintf("\"ts\":\"2026-11-%02dT%02d", day, hour), l)
                sub(/"instance":"[0-9a-f]*"/, sprintf("\"instance\":\"%04x\"", day * 24 + hour), l)
                sub(/"seq":[0-9]+/, sprintf("\"seq\":%d", ++seq), l)
                print l
              }
            }
          }' > month.jsonl
        sed 's/"mode": "enforce",/"mode": "audit",/' policy.json > audit.json
        """;

    /// <summary>The commands for a document. A document that is not listed starts with an empty cluster.</summary>
    public static string Of(string document) => document switch
    {
        "docs/rollout.md" => $"{Installed}\n{MonthOfLog}",
        "docs/policy-workbench.md" => MonthOfLog,
        "docs/troubleshooting.md" => $$"""
            {{Installed}}
            kubectl create namespace shop
            kubectl -n shop apply --validate=false -f - <<'EOF'
            apiVersion: v1
            kind: Pod
            metadata: { name: web-0 }
            spec: { nodeName: aks-nodepool1-0, containers: [ { name: web, image: web } ] }
            EOF
            touch values.yaml
            kubectl -n imds-proxy create configmap imds-proxy-policy --from-file=policy.json --dry-run=client -o yaml | kubectl replace -f -
            ID=$(imds-proxy audit search /var/log/imds-proxy --verdict denied --last 1 -o json | sed 's/.*"id":"\([^"]*\)".*/\1/')
            """,
        _ => "",
    };
}
