using ImdsProxy.Core.Tests.Policy;

namespace ImdsProxy.Core.Tests.Demands;

/// <summary>Targets of requests.</summary>
internal static class Want
{
    public const string Vault = "https://vault.azure.net";
    public const string Kusto = "https://api.kusto.windows.net";
    public const string Arm = "https://management.azure.com";
    public const string Location = "/metadata/instance/compute/location?api-version=2021-02-01";
    public const string Instance = "/metadata/instance?api-version=2021-02-01";

    public static string Ingest(string resource = Kusto) => Token(resource, $"&client_id={Cluster.IngestId}");

    public static string Kubelet(string resource = Arm) => Token(resource, $"&client_id={Cluster.KubeletId}");

    public static string Nameless(string resource = Vault) => Token(resource, $"&msi_res_id={Cluster.Nameless.ResourceId}");

    public static string Token(string resource, string more = "") => $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={resource}{more}";
}
