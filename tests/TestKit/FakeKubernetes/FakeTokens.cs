using System.Buffers.Text;
using System.Text;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Service account tokens as kubelet mounts them: JSON Web Tokens whose claims name the account.</summary>
public static class FakeTokens
{
    /// <param name="accountUid">The UID of the service account.</param>
    /// <param name="id">Distinguishes tokens of the same account, because tokens rotate.</param>
    public static string Of(string accountUid, string id = "1") => string.Join('.',
        Encoded("""{"alg":"RS256","kid":"k"}"""),
        Encoded(
            """{"aud":["https://kubernetes.default.svc"],"kubernetes.io":{"namespace":"imds-proxy","pod":{"name":"p","uid":"p"},"serviceaccount":{"name":"imds-proxy","uid":"UID"}},"jti":"ID"}"""
                .Replace("UID", accountUid, StringComparison.Ordinal).Replace("ID", id, StringComparison.Ordinal)),
        "c2lnbmF0dXJl");

    private static string Encoded(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
