using System.Globalization;
using ImdsProxy.Sources.Files;
using ImdsProxy.WebConsole;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ImdsProxy.ConsoleTests;

/// <summary>
/// The console over the log of 1,000 workloads. The figures in docs/console.md are those of a million records: CONSOLE_RECORDS=1000000.
/// </summary>
public sealed class ScaleTests(Browser browser, ITestOutputHelper output) : IClassFixture<Browser>, IDisposable
{
    private const int Workloads = 1000;
    private const int MostRowsDrawn = 100;

    private static readonly int Records = int.TryParse(Environment.GetEnvironmentVariable("CONSOLE_RECORDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var records) ? records : 20_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("console-scale-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Tables_OfManyRows_DrawOnlyThoseInSight()
    {
        var page = await browser.OpenAsync();
        page.SetDefaultTimeout(100_000);
        var log = Path.Combine(_directory, "log.jsonl");
        await File.WriteAllLinesAsync(log, Enumerable.Range(0, Records).Select(static n => LineOf(n, TimeProvider.System.GetUtcNow())), TestContext.Current.CancellationToken);
        await using var console = await ConsoleServer.StartAsync(0, new FileSource([log], TimeProvider.System), null, TimeProvider.System, CancellationToken.None);

        await page.GotoAsync(console.NewUrl());
        await page.Locator("main h1").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Say($"first paint after {await page.EvaluateAsync<double>("() => performance.getEntriesByName('first-contentful-paint')[0].startTime"):F0} ms");
        foreach (var view in (string[])["Access", "Records"])
        {
            var began = TimeProvider.System.GetTimestamp();
            await page.ShowAsync(view);
            await page.Locator("main .rows tbody tr:not(.space)").Nth(10).WaitForAsync();
            var shown = TimeProvider.System.GetElapsedTime(began);
            var (rows, drawn, frame) = await ScrollAsync(page);
            Say($"{view}: {rows} rows after {shown.TotalMilliseconds:F0} ms; while scrolling, at most {drawn} rows drawn, longest frame {frame:F0} ms");
            rows.ShouldBeGreaterThanOrEqualTo(Workloads);
            drawn.ShouldBeLessThan(MostRowsDrawn);
        }
    }

    // Scrolls to the end in two hundred frames.
    private static async Task<(int Rows, int Drawn, double LongestFrame)> ScrollAsync(IPage page)
    {
        var result = await page.EvaluateAsync<double[]>("""
            async () => {
              const frame = document.querySelector('main .rows');
              let last = await new Promise(requestAnimationFrame);
              let longest = 0;
              let drawn = 0;
              for (let step = 1; step <= 200; step++) {
                frame.scrollTop = (frame.scrollHeight - frame.clientHeight) * step / 200;
                const now = await new Promise(requestAnimationFrame);
                longest = Math.max(longest, now - last);
                last = now;
                drawn = Math.max(drawn, frame.querySelectorAll('tbody tr:not(.space)').length);
              }
              return [Number(frame.querySelector('table').getAttribute('aria-rowcount')), drawn, longest];
            }
            """);
        return ((int)result[0], (int)result[1], result[2]);
    }

    private void Say(FormattableString text) => output.WriteLine(FormattableString.Invariant(text));

    // The last records are the youngest, and their tokens are still good.
    private static string LineOf(int n, DateTimeOffset now)
    {
        var workload = n * 7919L % Workloads;
        var at = now.AddDays(-7) + (TimeSpan.FromDays(7) * n / Records);
        var allowed = workload % 10 != 0;
        var ns = $"team-{workload / 10}";
        var resource = workload % 3 == 0 ? "https://vault.azure.net" : "https://management.azure.com";
        var identity = $"2bc9e0c4-4edd-4c1b-9972-{workload % 40:D12}";
        return FormattableString.Invariant($$$"""
            {"ts":"{{{at.UtcDateTime:O}}}","kind":"request","id":"r{{{n}}}","cluster":"prod","node":"aks-{{{n % 20}}}","instance":"b7f1","seq":{{{n + 1}}},"prev":"","verdict":"{{{(allowed ? "allowed" : "would-deny")}}}","reason":"{{{(allowed ? "rule" : "no-rule")}}}","mode":"audit","policyRevision":"3f2a3f2a3f2a","caller":{"ip":"10.244.0.11","port":40132,"namespace":"{{{ns}}}","pod":"svc-{{{workload}}}-{{{n % 3}}}","uid":"u-{{{workload}}}-{{{n % 3}}}","serviceAccount":"svc-{{{workload}}}","owner":"Deployment/svc-{{{workload}}}"},"request":{"method":"GET","path":"/metadata/identity/oauth2/token","apiVersion":"2018-02-01","resource":"{{{resource}}}","selector":{"kind":"client_id","value":"{{{identity}}}"},"userAgent":"azsdk-net-Identity/1.21"},"response":{"status":200,"bytes":1848},"issued":{"identity":"id-{{{workload % 40}}}","clientId":"{{{identity}}}","resource":"{{{resource}}}","expiresOn":"{{{at.AddDays(1).UtcDateTime:O}}}","tokenId":"t{{{n}}}"},"upstream":{"status":200,"ms":4.2,"cached":false},"ms":4.3}
            """);
    }
}
