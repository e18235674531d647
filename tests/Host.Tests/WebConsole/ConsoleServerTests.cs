using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Callers;
using ImdsProxy.Host.Tests.Audit;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.WebConsole;

public sealed class ConsoleServerTests : IDisposable
{
    private const string Hostile = "/metadata/<script>alert(1)</script>\u202e\u001b[31m";

    private readonly LogDirectory _log = new();
    private readonly string _policy = System.IO.Path.GetTempFileName();

    public ConsoleServerTests() => File.WriteAllText(_policy, """{"version":1,"mode":"audit","identities":{"arm":{"clientId":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"}},"rules":[]}""");

    public void Dispose()
    {
        _log.Dispose();
        File.Delete(_policy);
    }

    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/rollout", "text/html; charset=utf-8")]
    [InlineData("/records?namespace=shop", "text/html; charset=utf-8")]
    [InlineData("/app.js", "text/javascript; charset=utf-8")]
    [InlineData("/views/draft.js", "text/javascript; charset=utf-8")]
    [InlineData("/style.css", "text/css; charset=utf-8")]
    [InlineData("/icon.svg", "image/svg+xml")]
    public async Task Get_PageFile_NeedsNoSessionAndIsConfined(string path, string type)
    {
        await using var scene = await ConsoleScene.StartAsync(_log, begins: false);

        using var answer = await scene.Client.GetAsync(path);

        (answer.StatusCode, answer.Content.Headers.ContentType?.ToString()).ShouldBe((HttpStatusCode.OK, type));
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldSatisfyAllConditions(
            static policy => policy.ShouldStartWith("default-src 'none'; script-src 'self'"),
            static policy => policy.ShouldContain("frame-ancestors 'none'"),
            static policy => policy.ShouldNotContain("unsafe"));
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/views/%2e%2e/policy.example.json")]
    [InlineData("/console/app.js")]
    public async Task Get_OtherPath_IsNotFound(string path)
    {
        await using var scene = await ConsoleScene.StartAsync(_log, begins: false);

        using var answer = await scene.Client.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    public static TheoryData<string> Paths => [.. new[] { "state", "rollout", "access", "records", "records/live", "draft/reasons", "exposure", "nothing" }];

    [Theory, MemberData(nameof(Paths))]
    public async Task Get_WithoutABearer_IsUnauthorized(string path)
    {
        await using var scene = await ConsoleScene.StartAsync(_log, begins: false);

        (await scene.GetAsync(path)).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("explain")]
    [InlineData("draft/base")]
    [InlineData("draft/check")]
    [InlineData("draft/suggest")]
    [InlineData("draft/simulate")]
    [InlineData("draft/diff")]
    public async Task Post_WithoutABearer_IsUnauthorized(string path)
    {
        await using var scene = await ConsoleScene.StartAsync(_log, begins: false);

        (await scene.PostAsync(path, new JsonObject())).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Session_UsedToken_IsRefused()
    {
        await using var scene = await ConsoleScene.StartAsync(_log, begins: false);
        var token = scene.NewToken();

        using var first = await scene.Client.PostAsJsonAsync("/api/v1/session", new { token });
        using var second = await scene.Client.PostAsJsonAsync("/api/v1/session", new { token });

        (first.StatusCode, second.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.Unauthorized));
    }

    public static TheoryData<string, string?, string?, string?> Strangers => new()
    {
        { "another name for loopback", "attacker.example:{port}", null, null },
        { "another port", "127.0.0.1:1", null, null },
        { "no port", "127.0.0.1", null, null },
        { "another origin", null, "http://attacker.example", null },
        { "another port's origin", null, "http://127.0.0.1:1", null },
        { "a sandboxed page", null, "null", null },
        { "a site's link to a file", null, null, "cross-site" },
        { "another port's link", null, null, "same-site" },
    };

    [Theory, MemberData(nameof(Strangers))]
    public async Task Any_RequestOfAnotherPage_IsRefused(string who, string? host, string? origin, string? site)
    {
        await using var scene = await ConsoleScene.StartAsync(_log);
        foreach (var path in new[] { "/", "/app.js", "/api/v1/records" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = host?.Replace("{port}", $"{scene.Address.Port}", StringComparison.Ordinal);
            Add(request, "Origin", origin);
            Add(request, "Sec-Fetch-Site", site);

            using var answer = await scene.Client.SendAsync(request);

            answer.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest, $"{who}: {path}");
        }
    }

    [Fact]
    public async Task Any_OwnOrigin_IsAnswered()
    {
        await using var scene = await ConsoleScene.StartAsync(_log);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/records");
        Add(request, "Origin", $"http://{scene.Address}");
        Add(request, "Sec-Fetch-Site", "same-origin");

        using var answer = await scene.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Records_OfHostilePods_AreTheLinesOfTheLog()
    {
        await using (var log = _log.Open())
        {
            await log.WriteAsync(Records.Malformed("bad", Hostile));
        }

        await using var scene = await ConsoleScene.StartAsync(_log);
        using var answer = await scene.Client.GetAsync("/api/v1/records?kind=request");
        var text = await answer.Content.ReadAsStringAsync();

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        text.ShouldNotContain('\u001b');
        ((string?)JsonNode.Parse(text)!["records"]![0]!["request"]!["rawTarget"]).ShouldNotBeNull().ShouldContain("<script>");
    }

    [Theory]
    [InlineData("records?last=2", 2)]
    [InlineData("records?id=r1&id=r3", 2)]
    [InlineData("records?kind=request&not.id=r1", 4)]
    public async Task Records_ByFilters_AreThoseOfSearch(string path, int found)
    {
        await _log.WriteAsync(5);
        await using var scene = await ConsoleScene.StartAsync(_log);

        var (status, json) = await scene.GetAsync(path);

        status.ShouldBe(200);
        json["records"]!.AsArray().Count.ShouldBe(found);
    }

    [Theory]
    [InlineData("records?colour=red", 400, "colour")]
    [InlineData("records?status=abc", 400, "403")]
    [InlineData("records?last=0", 400, "1 to 10000")]
    [InlineData("records?last=10001", 400, "1 to 10000")]
    [InlineData("records?since=yesterday", 400, "7d")]
    [InlineData("access?since=yesterday", 409, "7d")]
    public async Task Get_InvalidFilter_NamesTheCure(string path, int status, string cure)
    {
        await _log.WriteAsync(1);
        await using var scene = await ConsoleScene.StartAsync(_log);

        var (answered, json) = await scene.GetAsync(path);

        (answered, (string?)json["error_description"]).ShouldSatisfyAllConditions(
            it => it.answered.ShouldBe(status),
            it => it.Item2.ShouldNotBeNull().ShouldContain(cure));
    }

    [Fact]
    public async Task RecordsLive_NewRecord_Arrives()
    {
        await using var log = _log.Open();
        await log.WriteAsync(Records.Allowed("before"));
        await using var scene = await ConsoleScene.StartAsync(_log);
        using var answer = await scene.Client.GetAsync("/api/v1/records/live?kind=request", HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        using var lines = new StreamReader(stream, Encoding.UTF8);
        (await lines.ReadLineAsync()).ShouldBe(":");

        // The stream follows the log once its first bytes have arrived, but the follower may open the log a moment later.
        string? line;
        var n = 0;
        do
        {
            await log.WriteAsync(Records.Allowed($"new{n++}"));
            line = await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
        }
        while (line is "" or ":");

        line.ShouldBe("event: record");
        ((string?)JsonNode.Parse((await lines.ReadLineAsync())!["data: ".Length..])!["id"]).ShouldNotBeNull().ShouldStartWith("new");
    }

    [Theory]
    [InlineData("rollout")]
    public async Task Get_ViewThatNeedsAPolicy_SaysHowToGiveOne(string path)
    {
        await _log.WriteAsync(1, caller: Records.PodOf("a"));
        await using var scene = await ConsoleScene.StartAsync(_log);

        var (status, json) = await scene.GetAsync(path);

        (status, (string?)json["error"]).ShouldBe((409, "no_policy"));
    }

    [Fact]
    public async Task Get_EmptyLog_SaysSo()
    {
        await using var scene = await ConsoleScene.StartAsync(_log, _policy);

        var (status, json) = await scene.GetAsync("rollout");

        (status, (string?)json["error"]).ShouldBe((409, "log_unreadable"));
        ((string?)json["error_description"]).ShouldNotBeNull().ShouldContain("holds no segment of an audit log");
    }

    [Fact]
    public async Task Exposure_GoodCredentials_AreGrouped()
    {
        var caller = (Caller.Pod)Records.PodOf("fluent-bit-a");
        await using (var log = _log.Open())
        {
            await log.WriteAsync(Records.Issued("1", "uti-1", caller));
            await log.WriteAsync(Records.Issued("2", "uti-1", Records.PodOf("fluent-bit-b")));
            await log.WriteAsync(Records.Issued("3", "uti-2", caller));
        }

        await using var scene = await ConsoleScene.StartAsync(_log);
        var (status, json) = await scene.GetAsync("exposure");

        status.ShouldBe(200);
        var group = json["tokens"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)group["namespace"], (string?)group["identity"]!["alias"], (long)group["count"]!, (int)group["pods"]!).ShouldBe(("logging", "arm", 2L, 2));
        var verified = json["verified"]!.AsArray().ShouldHaveSingleItem()!;
        verified["problems"]!.AsArray().ShouldBeEmpty();
        json.ToJsonString().ShouldHoldNoToken();
    }

    [Fact]
    public async Task Draft_FromTheSuggestionToTheDiff_Agrees()
    {
        await using (var log = _log.Open())
        {
            await log.WriteAsync(Records.Issued("1", "uti-1", Records.PodOf("fluent-bit-a")));
        }

        await using var scene = await ConsoleScene.StartAsync(_log, _policy);
        const string Draft = """{"version":1,"mode":"enforce","rules":[{"name":"all","workloads":[{"namespaces":["logging"]}],"allow":[{"path":"/metadata/instance"}]}]}""";

        var (_, suggested) = await scene.PostAsync("draft/suggest", new JsonObject());
        var (_, checkedDraft) = await scene.PostAsync("draft/check", new JsonObject { ["policy"] = Draft });
        var (_, wrong) = await scene.PostAsync("draft/check", new JsonObject { ["policy"] = "{\n\"version\": 2 }" });
        var (_, simulated) = await scene.PostAsync("draft/simulate", new JsonObject { ["policy"] = Draft });
        var (_, diff) = await scene.PostAsync("draft/diff", new JsonObject { ["policy"] = Draft });
        var (refused, _) = await scene.PostAsync("draft/simulate", new JsonObject { ["policy"] = "{" });

        suggested["policy"]!["version"]!.GetValue<int>().ShouldBe(1);
        ((string?)checkedDraft["revision"]).ShouldNotBeNull().Length.ShouldBe(12);
        wrong["problems"]!.AsArray().Select(static problem => (int)problem!["line"]!).ShouldContain(2);
        ((string?)simulated["revision"]).ShouldBe((string?)checkedDraft["revision"]);
        diff["more"]!.AsArray().Count.ShouldBe(1);
        refused.ShouldBe(409);
    }

    [Theory]
    [InlineData("explain", "[]", 400)]
    [InlineData("explain", "{\"request\":{\"method\":\"GET\"}}", 400)]
    [InlineData("draft/check", "[]", 400)]
    public async Task Post_OtherJson_IsRefused(string path, string body, int status)
    {
        await using var scene = await ConsoleScene.StartAsync(_log, _policy);

        (await scene.PostAsync(path, JsonNode.Parse(body)!)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task Post_Form_IsRefused()
    {
        await using var scene = await ConsoleScene.StartAsync(_log, _policy);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("policy", "{}")]);

        using var answer = await scene.Client.PostAsync("/api/v1/draft/check", form);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Explain_Record_IsDecidedByThePolicy()
    {
        await using var scene = await ConsoleScene.StartAsync(_log, _policy);
        var record = JsonNode.Parse("""
            {"policyRevision":"000000000000","caller":{"ip":"10.244.0.11","namespace":"shop","pod":"web-0","serviceAccount":"web"},
             "request":{"method":"GET","path":"/metadata/identity/oauth2/token","resource":"https://vault.azure.net","selector":{"kind":"client_id","value":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"}}}
            """)!;

        var (status, json) = await scene.PostAsync("explain", record);

        status.ShouldBe(200);
        ((string?)json["text"]).ShouldNotBeNull().ShouldStartWith("would be denied: no rule allows it");
        ((string?)json["note"]).ShouldNotBeNull().ShouldContain("000000000000");
    }

    private static void Add(HttpRequestMessage request, string name, string? value)
    {
        if (value is not null)
        {
            request.Headers.Add(name, value);
        }
    }
}
