using ImdsProxy.WebConsole;
using Microsoft.Playwright;

namespace ImdsProxy.ConsoleTests;

/// <summary>Goes to the console's views.</summary>
internal static class Views
{
    public static readonly IReadOnlyList<string> All = ["Rollout", "Access", "Records", "Draft", "Exposure"];

    /// <summary>Opens the console with a new one-time token, and waits for its first view.</summary>
    public static async Task BeginAsync(this IPage page, ConsoleServer console)
    {
        await page.GotoAsync(console.NewUrl());
        await page.GetByRole(AriaRole.Table).First.WaitForAsync();
    }

    /// <summary>Goes to a view by its name, and waits for its content.</summary>
    public static async Task ShowAsync(this IPage page, string view)
    {
        await page.GetByRole(AriaRole.Navigation).GetByText(view, new() { Exact = true }).ClickAsync();
        await (view == "Draft" ? page.GetByText("left out:").Or(page.GetByText("suggests nothing more")) : page.Locator("main table")).First.WaitForAsync();
    }

    /// <summary>The row of a table that contains a text.</summary>
    public static ILocator Row(this IPage page, string text) => page.Locator("main tbody tr", new() { HasText = text });
}
