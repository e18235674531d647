using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImdsProxy.ConsoleTests;

public sealed class SessionTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task UsedUrl_InAnotherProfile_HasNoSession()
    {
        var page = await browser.OpenAsync();
        var other = await browser.OpenAsync();
        await using var cluster = await DemoCluster.StartAsync();
        var url = cluster.Console.NewUrl();
        await page.GotoAsync(url);
        await page.GetByRole(AriaRole.Table).First.WaitForAsync();

        await other.GotoAsync(url);

        await Expect(other.Locator("main")).ToContainTextAsync("This tab has no session");
        page.Url.ShouldNotContain("token");
    }

    [Fact]
    public async Task SecondTab_OfTheSameProfile_SharesTheSession()
    {
        var page = await browser.OpenAsync();
        await using var cluster = await DemoCluster.StartAsync();
        await page.BeginAsync(cluster.Console);

        var second = await page.Context.NewPageAsync();
        await second.GotoAsync($"http://{cluster.Console.Address}/access");

        await Expect(second.Row("shop/web")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task RestartedConsole_EndsTheSessionAndANewUrlBeginsOne()
    {
        var page = await browser.OpenAsync();
        await using var cluster = await DemoCluster.StartAsync();
        await page.BeginAsync(cluster.Console);

        await cluster.RestartConsoleAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("This tab has no session");
        await page.BeginAsync(cluster.Console);

        await Expect(page.Row("payments")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Page_LoadsNothingFromElsewhereAndKeepsNoCookie()
    {
        var page = await browser.OpenAsync();
        await using var cluster = await DemoCluster.StartAsync();
        List<string> asked = [];
        List<string> errors = [];
        page.Request += (_, request) => asked.Add(request.Url);
        page.Console += (_, message) => errors.AddRange(message.Type == "error" ? [message.Text] : []);
        page.PageError += (_, error) => errors.Add(error);

        await page.BeginAsync(cluster.Console);
        foreach (var view in Views.All)
        {
            await page.ShowAsync(view);
        }

        asked.ShouldAllBe(url => url.StartsWith($"http://{cluster.Console.Address}/", StringComparison.Ordinal));
        errors.ShouldBeEmpty();
        (await page.Context.CookiesAsync()).ShouldBeEmpty();
    }
}
