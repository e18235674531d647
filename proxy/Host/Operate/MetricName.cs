using System.Diagnostics.Metrics;

namespace ImdsProxy.Operate;

/// <summary>Prometheus names of instruments and tags: one prefix, the unit in the name, <c>_total</c> on counters.</summary>
internal static class MetricName
{
    private const string Prefix = "imds_proxy_";

    public static string Of(Instrument instrument, string type)
    {
        var name = Label(instrument.Name);
        var full = name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name;
        return Ending(Ending(full, Unit(instrument.Unit)), type == "counter" ? "_total" : "");
    }

    /// <summary>A tag's name in the alphabet of Prometheus labels.</summary>
    public static string Label(string name) => string.Create(name.Length, name, static (span, text) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAsciiLetter(text[i]) || (i > 0 && char.IsAsciiDigit(text[i])) ? text[i] : '_';
        }
    });

    private static string Ending(string name, string ending) =>
        name.EndsWith(ending, StringComparison.Ordinal) ? name : name + ending;

    // UCUM codes, as instruments carry them, and the base units of Prometheus's naming rules. "{request}" is a remark, not a unit.
    private static string Unit(string? unit) => unit switch
    {
        "s" => "_seconds",
        "By" => "_bytes",
        null or "" or "1" => "",
        ['{', ..] => "",
        _ => "_" + Label(unit),
    };
}
