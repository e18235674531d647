using System.CommandLine;
using System.Globalization;
using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Policy;

/// <summary>The flags of <c>policy simulate</c>.</summary>
internal sealed class SimulateFlags
{
    private readonly Argument<string> _policy = new("POLICY") { Description = PolicyInput.Forms };
    private readonly Option<string> _against = new("--against") { Description = "What to compare with: RECORDED (what the log says), or another policy", DefaultValueFactory = static _ => "RECORDED" };
    private readonly Option<bool> _asWritten = new("--as-written") { Description = "Follow the policy's modes and mode lists, instead of enforcing every rule" };
    private readonly Option<long> _allowBreak = Number("--allow-break", "How many requests may break without exit code 1");
    private readonly Option<long> _allowOpen = Number("--allow-open", "How many requests may open without exit code 1");

    private readonly Option<double> _maxNotJudged = Flag.Of("--max-not-judged", "The share of requests that may be left unjudged without exit code 1, in percent", Percent, "1%");

    private readonly Option<string> _form = OutputFlag.Of("text", "json");

    public void AddTo(Command command)
    {
        command.Arguments.Add(_policy);
        foreach (var option in (Option[])[_against, _asWritten, _allowBreak, _allowOpen, _maxNotJudged, _form])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the flags.</summary>
    /// <exception cref="FormatException">Two things are to be read from stdin.</exception>
    public Asked Read(ParseResult parsed, DemandFlags log)
    {
        var policy = parsed.GetRequiredValue(_policy);
        var against = parsed.GetValue(_against) is { } other && !other.Equals("recorded", StringComparison.OrdinalIgnoreCase) ? other : null;
        bool[] readsStdin = [policy == "-", against == "-", log.Source(parsed).ReadsStdin];
        if (readsStdin.Count(static reads => reads) > 1)
        {
            throw new FormatException("only one of the policies and the log can be read from stdin");
        }

        return new Asked(
            policy, against, parsed.GetValue(_asWritten), parsed.GetValue(_allowBreak), parsed.GetValue(_allowOpen), parsed.GetValue(_maxNotJudged), parsed.GetValue(_form)!);
    }

    /// <summary>Parses percents: <c>1</c>, <c>0.5%</c>. Returns a share from 0 to 1.</summary>
    internal static double Percent(string text) =>
        double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent <= 100
            ? percent / 100
            : throw new FormatException("write percents from 0 to 100, such as 1% or 0.5");

    private static Option<long> Number(string name, string description) => Flag.Of(name, description, static text => (long)FlagValues.Count(text), "0");

    /// <summary>What the command line asks.</summary>
    internal sealed record Asked(string Policy, string? Against, bool AsWritten, long AllowBreak, long AllowOpen, double MaxNotJudged, string Form);
}
