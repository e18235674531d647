using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Enforce;

/// <summary>How the status, the headers and the body of an answer from IMDS decide what the caller gets.</summary>
public sealed class ImdsAnswerTests
{
    private const string Id = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    private const string TokenPath = "/metadata/identity/oauth2/token?resource=https://vault.azure.net";
    private const string Token = $$"""{"access_token":"h.e30.s","client_id":"{{Id}}","resource":"https://vault.azure.net"}""";
    private const string Document = "/metadata/instance/compute";

    // target | head of IMDS's answer | its body | status, verdict and reason | text in the caller's body; null if the answer could not be validated
    public static TheoryData<string, string, string, string, string?> Answers => new()
    {
        { TokenPath, "200 OK", Token, "200 allowed rule", Token },
        { TokenPath, "201 Created", Token, "201 allowed rule", Token },
        { TokenPath, "200 OK\r\nContent-Encoding: gzip", Token, "502 failed upstream-error", null },
        { TokenPath, "200 OK\r\nX-A: a\u0001b", Token, "502 failed upstream-error", null },
        { TokenPath, "200 OK", "{}", "502 failed upstream-error", null },
        { TokenPath, "200 OK", Token + new string(' ', 64 * 1024), "502 failed upstream-error", null },
        { TokenPath, "302 Found", Token, "302 allowed rule", "unknown_error" },
        { TokenPath, "400 Bad Request", """{"error":"e","access_token":"x"}""", "400 allowed rule", """{"error":"e"}""" },
        { TokenPath, "304 Not Modified", "", "502 failed upstream-error", null },
        { TokenPath + "&client_id=0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", "200 OK", Token, "403 denied identity-mismatch", "access_denied" },
        { Document, "200 OK", "{}", "200 allowed rule", "{}" },
        { Document, "200 OK", Token, "200 allowed rule", Token },
        { Document, "404 Not Found", """{"error":"e","x":1}""", "404 allowed rule", """{"error":"e","x":1}""" },
        { Document, "200 OK\r\nContent-Encoding: gzip", "{}", "502 failed upstream-error", null },
        { Document, "200 OK", "{}" + new string(' ', 64 * 1024), "200 allowed rule", "{}" },
        { Document, "200 OK", "{}" + new string(' ', 512 * 1024), "502 failed upstream-error", null },
    };

    private const string Redacts = """
        "rules":[{"name":"all","workloads":[{"namespaces":["a"]}],"allow":[{"path":"/metadata/instance/**","redact":["compute.tags"]}]}]
        """;

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Answer_OfImds_MatchesTheTable(string target, string head, string body, string end, string? shown)
    {
        await using var scene = await HostileScene.StartAsync($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await using var connection = await scene.ConnectAsync(HostileScene.Pod);

        var answer = (await connection.ExchangeAsync(RawRequest.Get(target))).ShouldNotBeNull();

        var record = scene.Records.ShouldHaveSingleItem();
        $"{answer.Status} {record["verdict"]} {record["reason"]}".ShouldBe(end);
        answer.Text.ShouldContain(shown ?? "could not be validated");
        answer.Text.Contains("access_token", StringComparison.Ordinal).ShouldBe(shown == Token);
        (record["issued"] is not null).ShouldBe(shown == Token && target == TokenPath);
    }

    [Theory]
    [InlineData("200 OK", """{"location":"weu","tags":"a:b"}""", 200, """{"location":"weu","tags":""}""")]
    [InlineData("404 Not Found", """{"tags":"none"}""", 404, """{"tags":"none"}""")]
    [InlineData("200 OK", "<html>", 502, "could not be validated")]
    public async Task Answer_OfARedactedDocument_HidesFieldsOfTheDocumentOnly(string head, string body, int status, string shown)
    {
        await using var scene = await HostileScene.StartAsync($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\n\r\n{body}", rules: Redacts);
        await using var connection = await scene.ConnectAsync(HostileScene.Pod);

        var answer = (await connection.ExchangeAsync(RawRequest.Get(Document))).ShouldNotBeNull();

        answer.Status.ShouldBe(status);
        answer.Text.ShouldContain(shown);
        answer.Text.ShouldNotContain("a:b");
    }
}
