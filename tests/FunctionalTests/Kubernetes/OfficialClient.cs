using System.Security.Cryptography.X509Certificates;
using ImdsProxy.TestKit.FakeKubernetes;
using k8s;

namespace ImdsProxy.FunctionalTests.Kubernetes;

/// <summary>
/// The client that most .NET programs use, connected to the tests' API server. It reads and writes with its own models, so it
/// finds out where the proxy's client and the tests' server agree with each other but not with Kubernetes.
/// </summary>
internal static class OfficialClient
{
    public static k8s.Kubernetes Of(FakeApiServer api) => new(new KubernetesClientConfiguration
    {
        Host = api.Address.ToString(),
        AccessToken = api.Token,
        SslCaCerts = [X509CertificateLoader.LoadCertificateFromFile(api.CaFile)],
    });
}
