using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ImdsProxy.ConsoleTests;

public sealed class AccessibilityTests(Browser browser) : IClassFixture<Browser>
{
    public static TheoryData<ColorScheme, int> Screens => new()
    {
        { ColorScheme.Light, 1440 },
        { ColorScheme.Dark, 1440 },
        { ColorScheme.Light, 480 },
    };

    [Theory, MemberData(nameof(Screens))]
    public async Task Views_HaveNoViolation(ColorScheme theme, int width)
    {
        var page = await browser.OpenAsync(theme, width);
        await using var cluster = await DemoCluster.StartAsync();
        await page.BeginAsync(cluster.Console);
        foreach (var view in Views.All)
        {
            await page.ShowAsync(view);
            if (view is "Rollout" or "Access" or "Records")
            {
                await (view == "Access" ? page.Row("shop/web") : page.Locator("main tbody tr:not(.space)").First).ClickAsync();
                await page.Locator(".panel h2").WaitForAsync();
            }

            var result = await page.RunAxe();

            result.Violations.Select(violation => $"{view}: {violation.Id}: {violation.Help}: {string.Join(", ", violation.Nodes.Select(static node => node.Html).Take(3))}").ShouldBeEmpty();
            await SaveAsync(page, view, theme, width);
            await page.Keyboard.PressAsync("Escape");
        }
    }

    // The pictures of the documents are made here: CONSOLE_SCREENSHOTS=docs/images.
    private static async Task SaveAsync(IPage page, string view, ColorScheme theme, int width)
    {
        if (Environment.GetEnvironmentVariable("CONSOLE_SCREENSHOTS") is { Length: > 0 } directory && width == 1440)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(directory, $"console-{view.ToLowerInvariant()}{(theme == ColorScheme.Dark ? "-dark" : "")}.png") });
        }
    }
}
