using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Policy;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImdsProxy.ConsoleTests;

/// <summary>The way from the theft to the denial, in a browser.</summary>
public sealed class JourneyTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Console_FromTheTheftToLiveDenials_ShowsEachStep()
    {
        var page = await browser.OpenAsync();
        await using var cluster = await DemoCluster.StartAsync();
        await page.BeginAsync(cluster.Console);

        // Rollout: the namespace of the unruled workload is learning.
        await Expect(page.Row("payments")).ToContainTextAsync("learning");

        // Access: the attacker used what no rule allows.
        await page.ShowAsync("Access");
        await Expect(page.Row("shop/web")).ToContainTextAsync("no rule allows it");
        await page.Row("shop/web").ClickAsync();
        await Expect(page.Locator(".panel")).ToContainTextAsync("https://management.azure.com");

        // Draft: the suggestion covers the workload and leaves out the attack.
        await page.ShowAsync("Draft");
        await Expect(page.Locator(".result")).ToContainTextAsync("payments-billing");
        await Expect(page.Locator(".result")).ToContainTextAsync("node-identity");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take over the suggestion" }).ClickAsync();
        await Expect(page.Locator(".problems")).ToContainTextAsync("no errors");

        // What would break: only the attack, the sidecar and the probes.
        await page.GetByRole(AriaRole.Tab, new() { Name = "What would break or open" }).ClickAsync();
        await Expect(page.Locator(".result")).ToContainTextAsync("would break");
        await Expect(page.Locator(".result")).ToContainTextAsync("shop/web");
        (await page.Locator(".result").InnerTextAsync()).ShouldNotContain("payments/billing");
        await page.GetByRole(AriaRole.Tab, new() { Name = "What changes in access" }).ClickAsync();
        await Expect(page.Locator(".result")).ToContainTextAsync("Permits more: 1");

        // The copied policy is put in force, enforced.
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        var policy = JsonNode.Parse(await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"))!;
        policy["mode"] = "enforce";
        await page.ShowAsync("Records");
        await cluster.PutInForceAsync(Encoding.UTF8.GetBytes(policy.ToJsonString()));
        await cluster.AttackAsync(PolicyMode.Enforce);

        // Records: the denials arrive by themselves, and each says why.
        await Expect(page.Row("payments/billing").First).ToContainTextAsync("payments-billing");
        var denied = page.Row("shop/web").Filter(new() { HasText = "no-rule" }).Filter(new() { HasText = "403" }).First;
        await denied.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Why?" }).ClickAsync();
        await Expect(page.Locator(".why")).ToContainTextAsync("denied: no rule allows it");

        // Exposure: what was stolen before is still good.
        await page.ShowAsync("Exposure");
        await Expect(page.Row("shop/web").First).ToContainTextAsync("https://management.azure.com");
        await Expect(page.Locator("main")).ToContainTextAsync("unchanged");
    }

    [Fact]
    public async Task Link_WithFilters_ShowsTheSame()
    {
        var page = await browser.OpenAsync();
        await using var cluster = await DemoCluster.StartAsync();
        await page.BeginAsync(cluster.Console);
        await page.ShowAsync("Records");
        await page.GetByRole(AriaRole.Button, new() { Name = "would-deny" }).ClickAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("vault.azure.net");
        await Expect(page.Row("payments/billing").First).ToBeVisibleAsync();
        await Expect(page.Row("shop/web")).ToHaveCountAsync(0);

        await page.GotoAsync(page.Url);

        await Expect(page.Row("payments/billing").First).ToBeVisibleAsync();
        await Expect(page.Row("shop/web")).ToHaveCountAsync(0);
        page.Url.ShouldContain("verdict=would-deny");
        page.Url.ShouldContain("q=vault.azure.net");
    }

    [Fact]
    public async Task Keyboard_MovesOpensAndLeaves()
    {
        var page = await browser.OpenAsync();
        await using var cluster = await DemoCluster.StartAsync();
        await page.BeginAsync(cluster.Console);

        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".panel")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".panel")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("next row");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("3");
        await Expect(page).ToHaveTitleAsync("Records – imds-proxy console");
    }
}
