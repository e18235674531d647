using System.Globalization;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Reads from the counter of the redirect's rule how many connections it has taken.</summary>
internal sealed class TakenConnections(RulesReader reader, RunProgram run)
{
    /// <summary>The number of connections since the rules were put in place, or null if the counter can't be read.</summary>
    public async Task<long?> CountAsync(CancellationToken cancellation)
    {
        var (rules, _) = await reader.ReadAsync(cancellation);
        var program = rules?.Redirect is not { } redirect ? null : redirect.Backend == rules.Nft.Name ? rules.Nft.Program : rules.Legacy.Program;
        return program is null || await run($"{program}-save", ["-c", "-t", "nat"], null, cancellation) is not { ExitCode: 0 } saved
            ? null
            : Parse(saved.Output);
    }

    /// <summary>Finds the counter of our DNAT rule in the output of <c>iptables-save -c</c>: <c>[packets:bytes] -A …</c>.</summary>
    public static long? Parse(string saved)
    {
        var line = saved.Split('\n').FirstOrDefault(static l => RuleMark.IsIn(l) && l.Contains("-j DNAT", StringComparison.Ordinal));
        return line is ['[', ..] && long.TryParse(line.AsSpan(1, Math.Max(0, line.IndexOf(':', StringComparison.Ordinal) - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var packets)
            ? packets
            : null;
    }
}
