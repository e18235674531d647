namespace ImdsProxy.Network.Tests.Topology;

/// <summary>The policy and the callers of the tests' cluster.</summary>
internal static class ProxyFiles
{
    public const string Resource = "https://vault.azure.net";

    /// <summary>The first two pods may get a token of one identity for one resource, and read the versions. The third pod may do nothing.</summary>
    public const string Policy = $$"""
        {
          "version": 1,
          "mode": "enforce",
          "identities": { "app": { "clientId": "{{ClusterSteps.ImdsIdentity}}" } },
          "rules": [
            {
              "name": "apps-read-secrets",
              "workloads": [ { "namespaces": ["apps"] } ],
              "allow": [
                { "path": "/metadata/identity/oauth2/token", "identities": ["app"], "resources": ["{{Resource}}"] },
                { "path": "/metadata/versions" }
              ]
            }
          ]
        }
        """;

    public const string Callers = """
        {"pods":[
          {"ip":"10.244.0.11","namespace":"apps","name":"web-7d9f","uid":"11111111-0000-4000-8000-000000000001","serviceAccount":"web","labels":{},"owner":"ReplicaSet/web"},
          {"ip":"10.244.0.12","namespace":"apps","name":"jobs-x2k4","uid":"11111111-0000-4000-8000-000000000002","serviceAccount":"jobs","labels":{},"owner":"Job/jobs"},
          {"ip":"10.244.0.13","namespace":"elsewhere","name":"stranger-0","uid":"11111111-0000-4000-8000-000000000003","serviceAccount":"default","labels":{},"owner":"StatefulSet/stranger"}
        ]}
        """;
}
