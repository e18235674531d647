namespace ImdsProxy.Docs.Tests;

/// <summary>The commands that a reader has run before each document.</summary>
internal static class SetUp
{
    private const string Installed = """
        kubectl create namespace imds-proxy
        helm install imds-proxy charts/imds-proxy -n imds-proxy --set interception=iptables
        """;

    /// <summary>The commands for a document. A document that is not listed starts with an empty cluster.</summary>
    public static string Of(string document) => document switch
    {
        "docs/rollout.md" => Installed,
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
