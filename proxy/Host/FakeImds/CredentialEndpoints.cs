using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImdsProxy.FakeImds;

/// <summary>The endpoints of MSAL.NET's newer flow: platform metadata, and a certificate that the client exchanges for a token.</summary>
internal sealed class CredentialEndpoints(FakeIdentities identities, TimeProvider time)
{
    private static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<FakeIdentity, FakeReply> _issued = new();

    /// <summary><c>GET /metadata/identity/getplatformmetadata</c></summary>
    public FakeReply PlatformMetadata(FakeRequest request)
    {
        var (identity, error) = Find(request);
        return error ?? FakeReply.Json(
            $$"""{"clientId":"{{identity!.ClientId}}","tenantId":"{{FakeVm.TenantId}}","cuId":{"vmId":"{{FakeVm.VmId}}"},"attestationEndpoint":"https://sharedweu.weu.attest.azure.net"}""");
    }

    /// <summary><c>POST /metadata/identity/issuecredential</c></summary>
    public FakeReply Issue(FakeRequest request)
    {
        var (identity, error) = Find(request);
        return error ?? _issued.GetOrAdd(identity!, Issue);
    }

    private (FakeIdentity?, FakeReply?) Find(FakeRequest request) =>
        request.Query["cred-api-version"] == "2.0" ? identities.Find(request.Query) : (null, ImdsErrors.ApiVersion);

    // The real service signs the public key in the request's CSR. A client that never redeems the certificate cannot tell the difference.
    private FakeReply Issue(FakeIdentity identity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={identity.ClientId}, DC={FakeVm.TenantId}", key, HashAlgorithmName.SHA256);
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now, now + CertificateLifetime);
        return FakeReply.Json(
            $$"""{"client_id":"{{identity.ClientId}}","tenant_id":"{{FakeVm.TenantId}}","certificate":"{{Convert.ToBase64String(certificate.RawDataMemory.Span)}}","identity_type":"UserAssigned","mtls_authentication_endpoint":"https://westeurope.mtlsauth.microsoft.com"}""");
    }
}
