using System.Buffers.Text;
using System.Text;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Service account tokens as kubelet brings them to a pod: JSON Web Tokens whose claims tell the account.</summary>
public static class FakeTokens
{
    /// <param name="accountUid">The UID of the service account.</param>
    /// <param name="id">Differs from token to token, as tokens rotate.</param>
    public static string Of(string accountUid, string id = "1") => string.Join('.',
        Part("""{"alg":"RS256","kid":"k"}"""),
        Part(
            """{"aud":["https://kubernetes.default.svc"],"kubernetes.io":{"namespace":"imds-proxy","pod":{"name":"p","uid":"p"},"serviceaccount":{"name":"imds-proxy","uid":"UID"}},"jti":"ID"}"""
                .Replace("UID", accountUid, StringComparison.Ordinal).Replace("ID", id, StringComparison.Ordinal)),
        "c2lnbmF0dXJl");

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
