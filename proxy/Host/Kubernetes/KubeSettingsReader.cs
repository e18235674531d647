using System.Net;

namespace ImdsProxy.Kubernetes;

/// <summary>Determines the <see cref="KubeSettings"/> from flags and from the environment that Kubernetes provides to pods.</summary>
internal static class KubeSettingsReader
{
    // https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
    private const string Mount = "/var/run/secrets/kubernetes.io/serviceaccount/";

    /// <param name="api">The value of <c>--kube-api</c>, or null.</param>
    /// <param name="tokenFile">The value of <c>--kube-token-file</c>, or null.</param>
    /// <param name="caFile">The value of <c>--kube-ca-file</c>, or null.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="FormatException">The API server's address is unknown, or a token would be sent unencrypted.</exception>
    public static KubeSettings Read(string? api, string? tokenFile, string? caFile, Func<string, string?> environment)
    {
        var server = api is { Length: > 0 } ? Parse(api) : InCluster(environment);
        var settings = new KubeSettings(server, tokenFile ?? IfThere(Mount + "token"), caFile ?? IfThere(Mount + "ca.crt"));
        if (server.Scheme == Uri.UriSchemeHttp && !server.IsLoopback && settings.TokenFile is not null)
        {
            throw new FormatException($"--kube-api {server}: a token may only be sent over https, or over http to a loopback address");
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
            throw new FormatException("KUBERNETES_SERVICE_HOST is not set, so this process is not in a pod; set --kube-api, --kube-token-file and --kube-ca-file");
        }

        var literal = IPAddress.TryParse(host, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{host}]" : host;
        return Parse($"https://{literal}:{port}");
    }

    private static string? IfThere(string path) => File.Exists(path) ? path : null;
}
