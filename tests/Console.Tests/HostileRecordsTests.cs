using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImdsProxy.Sources.Files;
using ImdsProxy.WebConsole;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImdsProxy.ConsoleTests;

/// <summary>A log may come from anywhere, so its lines may hold what the proxy itself would never write.</summary>
public sealed class HostileRecordsTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const string Script = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>";

    private readonly string _directory = Directory.CreateTempSubdirectory("console-hostile-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task HostileValues_InEveryField_AreShownAsText()
    {
        var page = await browser.OpenAsync();
        string[] values = [Script, "\u001b[31mred\u001b[0m\u0007", "\u202egnp.exe\u2066", "javascript:alert(1)", "' onmouseover='x", new string('a', 1 << 20)];
        await File.WriteAllLinesAsync(Path.Combine(_directory, "log.jsonl"), values.Select(LineOf));
        var dialogs = 0;
        page.Dialog += (_, dialog) =>
        {
            dialogs++;
            _ = dialog.DismissAsync();
        };
        await using var console = await ConsoleServer.StartAsync(0, new FileSource([Path.Combine(_directory, "log.jsonl")], TimeProvider.System), null, TimeProvider.System, CancellationToken.None);
        await page.GotoAsync(console.NewUrl());
        foreach (var view in (string[])["Records", "Access", "Exposure"])
        {
            await page.GetByRole(AriaRole.Navigation).GetByText(view, new() { Exact = true }).ClickAsync();
            await page.Locator("main tbody tr:not(.space)").First.WaitForAsync();
            foreach (var row in await page.Locator("main .rows tbody tr:not(.space)").AllAsync())
            {
                await row.ClickAsync();
                await page.Locator(".panel h2").WaitForAsync();
                await page.Keyboard.PressAsync("Escape");
            }

            (await page.Locator("main script, main img, main iframe, main a[href^='javascript']").CountAsync()).ShouldBe(0);
            (await page.TitleAsync()).ShouldEndWith(" – imds-proxy console");
            (await page.Locator("body").InnerTextAsync()).ShouldNotContain('\u202e');
        }

        await page.GotoAsync($"http://{console.Address}/records");
        await Expect(page.Locator("main tbody")).ToContainTextAsync("\\u202egnp.exe");
        dialogs.ShouldBe(0);
    }

    private static string LineOf(string value, int n)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new JsonObject
        {
            ["ts"] = now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["kind"] = "request",
            ["id"] = value,
            ["node"] = value,
            ["instance"] = $"{n:x4}",
            ["seq"] = 1,
            ["prev"] = "",
            ["verdict"] = "allowed",
            ["reason"] = "rule",
            ["rule"] = value,
            ["mode"] = "audit",
            ["policyRevision"] = value,
            ["caller"] = new JsonObject { ["ip"] = "10.0.0.1", ["namespace"] = value, ["pod"] = value, ["uid"] = value, ["serviceAccount"] = value, ["owner"] = value },
            ["request"] = new JsonObject
            {
                ["method"] = "GET",
                ["path"] = "/metadata/identity/oauth2/token",
                ["resource"] = value,
                ["selector"] = new JsonObject { ["kind"] = "client_id", ["value"] = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6" },
                ["userAgent"] = value,
            },
            ["response"] = new JsonObject { ["status"] = 200 },
            ["issued"] = new JsonObject { ["identity"] = value, ["clientId"] = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", ["resource"] = value, ["expiresOn"] = now.AddDays(1).UtcDateTime.ToString("O", CultureInfo.InvariantCulture), ["tokenId"] = $"t{n}" },
            ["ms"] = 1,
        }.ToJsonString(JsonSerializerOptions.Default);
    }
}
