using System.Text;
using System.Text.Json;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>Tests which caller gets which credential, and what happens to answers that differ from the request.</summary>
public sealed class CredentialTests
{
    private const string DenyKubelet = """{"name":"no-kubelet","workloads":[{}],"deny":[{"path":"/metadata/identity/**","identities":["kubelet"]}]}""";

    public static TheoryData<string?> KubeletSelectors =>
    [
        (string?)null,
        $"client_id={Policies.Kubelet}",
        $"client_id={Policies.Kubelet.ToUpperInvariant()}",
        $"object_id={Policies.KubeletObject}",
        $"object_id={Policies.KubeletObject.ToUpperInvariant()}",
        $"msi_res_id={Policies.KubeletResource}",
        $"mi_res_id={Policies.KubeletResource}",
        $"msi_res_id={Policies.KubeletResource.ToUpperInvariant()}",
        $"msi_res_id={Policies.KubeletResource.ToLowerInvariant()}",
        $"msi_res_id={Uri.EscapeDataString(Policies.KubeletResource)}",
    ];

    /// <summary>Answers that must not be passed on, by name.</summary>
    private static readonly Dictionary<string, FakeFault> BadAnswers = new(StringComparer.Ordinal)
    {
        ["no client_id"] = FakeFault.Member("client_id", null),
        ["client_id that is not a GUID"] = FakeFault.Member("client_id", "x"),
        ["no resource"] = FakeFault.Member("resource", null),
        ["truncated JSON"] = FakeFault.Truncate(200),
        ["empty"] = FakeFault.Truncate(0),
        ["gzip"] = FakeFault.Gzip,
        ["10 MB"] = FakeFault.Pad(10 * 1024 * 1024),
        ["just over the limit"] = FakeFault.Pad((64 * 1024) + 1),
        ["cut"] = FakeFault.Cut(100),
        ["stall"] = FakeFault.Stall,
        ["no JSON"] = FakeFault.Answer(200, "<html>"),
        ["no credential"] = FakeFault.Answer(200, "{}"),
        ["an array"] = FakeFault.Answer(200, "[]"),
        ["token that is not a string"] = FakeFault.Answer(200, $$"""{"access_token":1,"client_id":"{{Policies.Ingest}}","resource":"https://api.kusto.windows.net"}"""),
        ["client_id twice"] = FakeFault.Answer(200, $$"""{"access_token":"a.b.c","client_id":"{{Policies.Kubelet}}","client_id":"{{Policies.Ingest}}","resource":"https://api.kusto.windows.net"}"""),
        ["client_id in two spellings"] = FakeFault.Answer(200, $$"""{"access_token":"a.b.c","Client_Id":"{{Policies.Kubelet}}","client_id":"{{Policies.Ingest}}","resource":"https://api.kusto.windows.net"}"""),
        ["bytes that are not UTF-8"] = new FakeFault { Change = reply => reply with { Body = Spoiled(reply.Body) } },
        ["something after the object"] = FakeFault.Answer(200, $$"""{"access_token":"a.b.c","client_id":"{{Policies.Ingest}}","resource":"https://api.kusto.windows.net"}{}"""),
    };

    public static TheoryData<string> BadAnswerNames => [.. BadAnswers.Keys];

    private const string Secret = "eyJhbGciOiJSUzI1NiJ9";

    /// <summary>Error bodies that must not be passed on unchanged, by name.</summary>
    private static readonly Dictionary<string, string> BadErrors = new(StringComparer.Ordinal)
    {
        ["a token beside an error"] = $$"""{"error":"e","access_token":"{{Secret}}.e30.s","client_id":"{{Policies.Ingest}}","resource":"https://api.kusto.windows.net"}""",
        ["a certificate beside an error"] = $$"""{"error":"e","certificate":"{{Secret}}","client_id":"{{Policies.Ingest}}"}""",
        ["nested"] = $$$"""{"error":"e","data":{"certificate":"{{{Secret}}}","access_token":"{{{Secret}}}"}}""",
        ["an array"] = $$"""[{"certificate":"{{Secret}}","client_id":"{{Policies.Ingest}}"}]""",
        ["a byte-order mark"] = "\ufeff" + $$"""{"certificate":"{{Secret}}","client_id":"{{Policies.Ingest}}"}""",
        ["an escaped name"] = $$"""{"error":"e","acc\u0065ss_token":"{{Secret}}","c\u0065rtificate":"{{Secret}}"}""",
        ["JSON in a string"] = $$"""{"error":"e","error_description":"{\"access_token\":\"{{Secret}}\"}"}""",
        ["a token in the description"] = $$"""{"error":"e","error_description":"not for {{Secret}}.e30.s"}""",
        ["a token as the error"] = $$"""{"error":"{{Secret}}.e30.s"}""",
        ["a token among the versions"] = $$"""{"error":"e","newest-versions":["2021-12-13","{{Secret}}"]}""",
        ["no JSON"] = $"<html>{Secret}</html>",
        ["something after the object"] = $$"""{"error":"e"}{"certificate":"{{Secret}}"}""",
        ["an error of several parts"] = $$$"""{"error":{"code":"x","message":"{{{Secret}}}"}}""",
        ["nothing at all"] = "",
    };

    public static TheoryData<string> BadErrorNames => [.. BadErrors.Keys];

    [Theory]
    [MemberData(nameof(KubeletSelectors))]
    public async Task DeniedIdentity_UnderAnyNameDespiteAWildcardAllow_IsDenied(string? selector)
    {
        await using var scene = await ProxyScene.StartAsync(
            Policies.Document("enforce", Policies.AllowAll, DenyKubelet), imds: Identities());
        var token = await scene.GetAsync(Pods.Web, Targets.Token(Targets.Management, selector));
        token.Status.ShouldBe(403);
        token.Text.ShouldHoldNoToken();
        var post = new RawRequest("POST", "/metadata/identity/issuecredential?cred-api-version=2.0" + (selector is null ? "" : "&" + selector)).WithBody("{}");
        (await scene.SendAsync(Pods.Web, post)).Status.ShouldBe(403);

        scene.Audit.Requests.ShouldAllBe(record => (string?)record["verdict"] == "denied" && (string?)record["reason"] == "deny-rule" && (string?)record["rule"] == "no-kubelet");
        scene.Audit.Text.ShouldNotContain("\"issued\"");
        scene.Imds.Requests.Count.ShouldBe(selector is null ? 2 : 0);

        // The pod can still get the other identity by any of its names.
        (await scene.GetAsync(Pods.Web, Targets.Token(Targets.Management, $"client_id={Policies.Ingest}"))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("GET", "/metadata/instance")]
    [InlineData("GET", "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net")]
    [InlineData("POST", "/metadata/scheduledevents?api-version=2020-07-01")]
    [InlineData("POST", "/metadata/identity/issuecredential?cred-api-version=2.0")]
    [InlineData("PUT", "/latest/api/token")]
    [InlineData("GET", "/")]
    public async Task Quarantine_AnyRequest_IsDenied(string method, string target)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("enforce", Policies.AllowAll, Policies.Quarantine));
        var request = new RawRequest(method, target);
        request = method == "POST" ? request.WithBody("""{"StartRequests":[{"EventId":"e"}]}""") : request;
        (await scene.SendAsync(Pods.Quarantined, request)).Status.ShouldBe(403);
        ((string?)scene.Record()["rule"]).ShouldBe("quarantine");
        scene.Imds.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task IssuedToken_IsRecordedByItsClaims()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var answer = await scene.GetAsync(Pods.FluentBit, Targets.KustoToken);
        var issued = scene.Record()["issued"].ShouldNotBeNull();
        ((string?)issued["identity"]).ShouldBe("adx-ingest");
        ((string?)issued["clientId"]).ShouldBe(Policies.Ingest);
        ((string?)issued["resource"]).ShouldBe("https://api.kusto.windows.net");
        ((string?)issued["tokenId"]).ShouldNotBeNullOrEmpty();
        var expires = long.Parse(JsonElement.Parse(answer.Body.Span).GetProperty("expires_on").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        DateTimeOffset.Parse((string)issued["expiresOn"]!, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds().ShouldBe(expires);
    }

    [Theory]
    [InlineData("client_id", Policies.Kubelet)]
    [InlineData("resource", "https://management.azure.com")]
    public async Task Answer_ForAnotherIdentityOrResource_IsDroppedAndDenied(string member, string value)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        scene.Imds.Faults = _ => FakeFault.Member(member, value);
        var answer = await scene.GetAsync(Pods.FluentBit, Targets.KustoToken);
        answer.Status.ShouldBe(403);
        answer.Text.ShouldContain(value);
        answer.Text.ShouldHoldNoToken();
        ((string?)scene.Record()["reason"]).ShouldBe("identity-mismatch");
        scene.Record()["issued"].ShouldBeNull();
        ((string?)scene.Record()["returned"]![member == "client_id" ? "clientId" : member]).ShouldBe(value);
        scene.Audit.Text.ShouldHoldNoToken();
    }

    [Fact]
    public async Task Answer_OfADeniedIdentity_IsDeniedDespiteAWildcardAllow()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("enforce", Policies.AllowAll));
        scene.Imds.Faults = _ => FakeFault.Member("client_id", Policies.Kubelet);
        (await scene.GetAsync(Pods.Web, Targets.KustoToken)).Status.ShouldBe(403);
        ((string?)scene.Record()["reason"]).ShouldBe("identity-mismatch");
    }

    [Theory]
    [MemberData(nameof(BadAnswerNames))]
    public async Task Answer_ThatCannotBeValidated_IsNeverPassedOn(string name)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("audit", Policies.AllowAll));
        scene.Imds.Faults = _ => BadAnswers[name];
        var answer = await scene.GetAsync(Pods.Web, Targets.KustoToken);
        answer.Status.ShouldBe(name == "stall" ? 504 : 502);
        answer.Text.ShouldNotContain("access_token");
        ((string?)scene.Record()["verdict"]).ShouldBe("failed");
        scene.Record()["issued"].ShouldBeNull();
        scene.Logs.All.ShouldNotContain(line => line.Contains("access_token", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(410)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Error_OfImds_IsPassedOn(int status)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        scene.Imds.Faults = _ => FakeFault.Answer(status, """{"error":"e"}""");
        var answer = await scene.GetAsync(Pods.FluentBit, Targets.KustoToken);
        answer.Status.ShouldBe(status);
        answer.Text.ShouldBe("""{"error":"e"}""");
        ((int)scene.Record()["upstream"]!["status"]!).ShouldBe(status);
    }

    [Theory]
    [MemberData(nameof(BadErrorNames))]
    public async Task Error_WithACredential_KeepsOnlyItsStatus(string name)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("audit", Policies.AllowAll));
        scene.Imds.Faults = _ => FakeFault.Answer(404, BadErrors[name]);
        var post = new RawRequest("POST", "/metadata/identity/issuecredential?cred-api-version=2.0").WithBody("{}");
        foreach (var request in new[] { RawRequest.Get(Targets.KustoToken), post })
        {
            var answer = await scene.SendAsync(Pods.Web, request);
            answer.Status.ShouldBe(404);
            answer.Text.ShouldNotContain(Secret);
            answer.Header("Content-Type").ShouldBe("application/json");
            JsonElement.Parse(answer.Body.Span).GetProperty("error").GetString().ShouldNotBeNullOrEmpty();
        }

        scene.Audit.Requests.ShouldAllBe(record => record["issued"] == null && (int)record["upstream"]!["status"]! == 404);
        scene.Audit.Text.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Error_OfImds_KeepsOnlyTheHeadersThatClientsNeed()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        scene.Imds.Faults = _ => new FakeFault { Change = reply => FakeReply.Json(429, """{"error":"e"}""") with { Headers = reply.Headers.Add(new("Retry-After", "7")).Add(new("X-Token", Secret)) } };
        var answer = await scene.GetAsync(Pods.FluentBit, Targets.KustoToken);
        answer.Status.ShouldBe(429);
        answer.Header("Retry-After").ShouldBe("7");
        answer.Header("Server").ShouldNotBeNull().ShouldContain("IMDS");
        answer.Header("X-Token").ShouldBeNull();
    }

    [Fact]
    public async Task Redirect_OfImds_IsNotFollowed()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var location = new Uri(scene.Imds.Address, "/metadata/versions").ToString();
        scene.Imds.Faults = _ => new FakeFault { Change = reply => reply with { Status = 302, Headers = reply.Headers.Add(new("Location", location)) } };
        await scene.GetAsync(Pods.FluentBit, Targets.Location);
        await scene.GetAsync(Pods.FluentBit, Targets.KustoToken);
        scene.Imds.Requests.Count.ShouldBe(2);
        scene.Imds.Requests.ShouldNotContain(request => request.Target == "/metadata/versions");
    }

    [Fact]
    public async Task Tokens_Issued_AppearNowhereElse()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("enforce", Policies.AllowAll, DenyKubelet));
        var tokens = new List<string>();
        scene.Imds.Faults = _ => new FakeFault { Change = reply => Remembering(reply, tokens) };
        foreach (var resource in new[] { Targets.Kusto, Targets.Management })
        {
            (await scene.GetAsync(Pods.Web, Targets.Token(resource, $"client_id={Policies.Ingest}"))).Status.ShouldBe(200);
            (await scene.GetAsync(Pods.Web, Targets.Token(resource))).Status.ShouldBe(403);
            (await scene.GetAsync(Pods.Web, Targets.Token(resource, $"client_id={Policies.Ingest}&foo=bar"))).Status.ShouldBe(200);
        }

        tokens.Count.ShouldBe(6);
        var metrics = (await scene.ManagementAsync("/metrics")).Text;
        foreach (var part in tokens.SelectMany(token => token.Split('.')).Distinct(StringComparer.Ordinal))
        {
            part.Length.ShouldBeGreaterThan(8);
            scene.Audit.Text.ShouldNotContain(part);
            metrics.ShouldNotContain(part);
            scene.Logs.All.ShouldNotContain(line => line.Contains(part, StringComparison.Ordinal));
        }
    }

    private static FakeImdsOptions Identities() => new()
    {
        Identities =
        [
            new(Policies.Kubelet, Policies.KubeletObject, Policies.KubeletResource),
            new(Policies.Ingest, Policies.IngestObject, Policies.IngestResource),
        ],
    };

    private static FakeReply Remembering(FakeReply reply, List<string> tokens)
    {
        lock (tokens)
        {
            tokens.Add(JsonElement.Parse(reply.Body.Span).GetProperty("access_token").GetString()!);
        }

        return reply;
    }

    // The spoiled byte is within the value of client_id, which the proxy must read.
    private static byte[] Spoiled(ReadOnlyMemory<byte> body)
    {
        var bytes = body.ToArray();
        bytes[Encoding.UTF8.GetString(bytes).IndexOf(Policies.Ingest, StringComparison.Ordinal)] = 0xFF;
        return bytes;
    }
}
