using System.Text;

namespace ImdsProxy.FakeImds;

/// <summary>
/// Responses of the small endpoints. Values that only hardware could attest contain text that says the fake attests
/// nothing.
/// </summary>
internal sealed class OtherDocuments(TimeProvider time)
{
    public static FakeReply IdentityInfo { get; } = FakeReply.Json($$"""{"tenantId":"{{FakeVm.TenantId}}"}""");

    public static FakeReply LoadBalancer { get; } = FakeReply.Json(
        """{"loadbalancer":{"publicIpAddresses":[{"frontendIpAddress":"203.0.113.7","privateIpAddress":"10.224.0.4"}],"inboundRules":[],"outboundRules":[{"frontendIpAddress":"203.0.113.7","privateIpAddress":"10.224.0.4"}]}}""");

    public static FakeReply ReprovisionData { get; } = new(200, "text/xml; charset=utf-8", Encoding.UTF8.GetBytes(
        """<?xml version="1.0" encoding="utf-8"?><ns0:Environment xmlns:ns0="http://schemas.dmtf.org/ovf/environment/1"><ns1:ProvisioningSection xmlns:ns1="http://schemas.microsoft.com/windowsazure"><ns1:Version>1.0</ns1:Version></ns1:ProvisioningSection></ns0:Environment>"""));

    public static FakeReply AmdCertification { get; } = FakeReply.Json(
        """{"vcekCert":"-----BEGIN CERTIFICATE-----\nZmFrZS1pbWRzIGF0dGVzdHMgbm90aGluZw==\n-----END CERTIFICATE-----\n","tcbm":"DB18000000000004","certificateChain":"-----BEGIN CERTIFICATE-----\nZmFrZS1pbWRzIGF0dGVzdHMgbm90aGluZw==\n-----END CERTIFICATE-----\n","cacheControl":"86400"}""");

    public static FakeReply TdQuote { get; } = FakeReply.Json("""{"quote":"ZmFrZS1pbWRzIGF0dGVzdHMgbm90aGluZw"}""");

    /// <summary><c>/metadata/attested/document</c>, with the content to be signed in place of the PKCS #7 signature.</summary>
    public FakeReply AttestedDocument(FakeRequest request)
    {
        var now = time.GetUtcNow();
        var signed = Encoding.UTF8.GetBytes(
            $$"""{"nonce":"{{Digits(request.Query["nonce"])}}","plan":{"name":"","product":"","publisher":""},"timeStamp":{"createdOn":"{{now:MM/dd/yy HH:mm:ss -0000}}","expiresOn":"{{now.AddHours(6):MM/dd/yy HH:mm:ss -0000}}"},"vmId":"{{FakeVm.VmId}}","subscriptionId":"{{FakeVm.SubscriptionId}}","sku":""}""");
        return FakeReply.Json($$"""{"encoding":"pkcs7","signature":"{{Convert.ToBase64String(signed)}}"}""");
    }

    // A nonce has ten digits. If the request has no nonce, IMDS uses the time.
    private string Digits(string? nonce) =>
        nonce is { Length: 10 } && nonce.All(char.IsAsciiDigit) ? nonce : $"{time.GetUtcNow():yyyyMMddHH}";
}
