using System.Globalization;
using System.Net;
using System.Text;

namespace ImdsProxy.LoadTests.Report;

/// <summary>Draws a chart as SVG. Its background follows the reader's light or dark setting.</summary>
internal static class BarChart
{
    private const int Width = 880;
    private const int Left = 70;
    private const int Top = 84;
    private const int Plot = 260;
    private const int Right = 16;

    // Okabe and Ito's palette, which people with colour vision deficiency can tell apart. Grey stands for no proxy.
    private static readonly string[] Colours = ["#999999", "#0072b2", "#56b4e9", "#e69f00", "#009e73", "#d55e00"];

    public static string Render(Chart chart)
    {
        var top = Scale(chart.Series.SelectMany(series => series.Values).Max() ?? 1);
        var svg = new StringBuilder(
            $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{Top + Plot + 50}}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="{{Text(chart.Title)}}">
            <style>
              .ground { fill: #ffffff } .text { fill: #24292f } .line { stroke: #d0d7de }
              @media (prefers-color-scheme: dark) { .ground { fill: #161b22 } .text { fill: #e6edf3 } .line { stroke: #3d444d } }
            </style>
            <rect class="ground" width="100%" height="100%" rx="6"/>
            <text class="text" x="{{Left}}" y="26" font-size="16" font-weight="600">{{Text(chart.Title)}}</text>

            """);
        Legend(svg, chart);
        Axis(svg, chart, top);
        for (var group = 0; group < chart.Groups.Count; group++)
        {
            Group(svg, chart, group, top);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Legend(StringBuilder svg, Chart chart)
    {
        var x = Left;
        for (var n = 0; n < chart.Series.Count; n++)
        {
            svg.Append($"<rect x=\"{x}\" y=\"42\" width=\"12\" height=\"12\" fill=\"{Colours[n]}\"/><text class=\"text\" x=\"{x + 17}\" y=\"53\">{Text(chart.Series[n].Name)}</text>\n");
            x += 36 + (chart.Series[n].Name.Length * 7);
        }
    }

    private static void Axis(StringBuilder svg, Chart chart, double top)
    {
        svg.Append($"<text class=\"text\" x=\"{Left - 8}\" y=\"{Top - 12}\" text-anchor=\"end\">{Text(chart.Unit)}</text>\n");
        for (var step = 0; step <= 4; step++)
        {
            var y = Number(Top + Plot - (Plot * step / 4d));
            svg.Append($"<line class=\"line\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y}\" y2=\"{y}\"/><text class=\"text\" x=\"{Left - 8}\" y=\"{y}\" dy=\"4\" text-anchor=\"end\">{Value(top * step / 4)}</text>\n");
        }
    }

    private static void Group(StringBuilder svg, Chart chart, int group, double top)
    {
        var wide = (Width - Left - Right) / (double)chart.Groups.Count;
        var shown = chart.Series.Index().Where(series => series.Item.Values[group] is not null).ToList();
        var bar = Math.Min(46, wide * 0.84 / shown.Count);
        var middle = Left + (wide * (group + 0.5));
        var x = middle - (bar * shown.Count / 2);
        foreach (var (n, series) in shown)
        {
            var value = series.Values[group]!.Value;
            var height = Plot * value / top;
            svg.Append($"<rect x=\"{Number(x + 1)}\" y=\"{Number(Top + Plot - height)}\" width=\"{Number(bar - 2)}\" height=\"{Number(height)}\" fill=\"{Colours[n]}\"><title>{Text(series.Name)}: {Value(value)} {Text(chart.Unit)}</title></rect>")
                .Append($"<text class=\"text\" x=\"{Number(x + (bar / 2))}\" y=\"{Number(Top + Plot - height - 4)}\" text-anchor=\"middle\" font-size=\"10\">{Value(value)}</text>\n");
            x += bar;
        }

        svg.Append($"<text class=\"text\" x=\"{Number(middle)}\" y=\"{Top + Plot + 22}\" text-anchor=\"middle\">{Text(chart.Groups[group])}</text>\n");
    }

    // The next value whose quarter is a round number.
    private static double Scale(double most)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return new[] { 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10 }.First(step => step * power >= most) * power;
    }

    private static string Value(double value) => value >= 10_000 ? $"{(value / 1000).ToString("0.#", CultureInfo.InvariantCulture)}k" : value.ToString("0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
