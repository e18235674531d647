using System.Net;

namespace ImdsProxy.Kubernetes;

/// <summary>Works out <see cref="KubeSettings"/> from flags and from what Kubernetes gives every pod.</summary>
internal static class KubeSettingsReader
{
    // https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
    private const string Mount = "/var/run/secrets/kubernetes.io/serviceaccount/";

    /// <param name="api">What <c>--kube-api</c> says, or null.</param>
    /// <param name="tokenFile">What <c>--kube-token-file</c> says, or null.</param>
    /// <param name="caFile">What <c>--kube-ca-file</c> says, or null.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="FormatException">Nothing says where the API server is, or a token would travel in the clear.</exception>
    public static KubeSettings Read(string? api, string? tokenFile, string? caFile, Func<string, string?> environment)
    {
        var server = api is { Length: > 0 } ? Parse(api) : InCluster(environment);
        var settings = new KubeSettings(server, tokenFile ?? IfThere(Mount + "token"), caFile ?? IfThere(Mount + "ca.crt"));
        if (server.Scheme == Uri.UriSchemeHttp && !server.IsLoopback && settings.TokenFile is not null)
        {
            throw new FormatException($"--kube-api {server}: a token is only sent over https, or over http to loopback");
        }

        return settings;
    }

    private static Uri Parse(string api) =>
        Uri.TryCreate(api, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            ? uri
            : throw new FormatException($"--kube-api {api}: write an address such as https://10.0.0.1:443");

    private static Uri InCluster(Func<string, string?> environment)
    {
        var host = environment("KUBERNETES_SERVICE_HOST");
        var port = environment("KUBERNETES_SERVICE_PORT_HTTPS") ?? environment("KUBERNETES_SERVICE_PORT") ?? "443";
        if (string.IsNullOrEmpty(host))
        {
            throw new FormatException("KUBERNETES_SERVICE_HOST is not set, so this is no pod; give --kube-api, --kube-token-file and --kube-ca-file");
        }

        var literal = IPAddress.TryParse(host, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{host}]" : host;
        return Parse($"https://{literal}:{port}");
    }

    private static string? IfThere(string path) => File.Exists(path) ? path : null;
}
