using System.Globalization;
using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>Compares a rule's conditions with a kind of packet.</summary>
internal static class PacketMatch
{
    /// <summary>The likelihood that some packet of this shape matches all of the rule's conditions.</summary>
    public static Likelihood Of(Rule rule, PacketShape packet)
    {
        var least = Likelihood.Surely;
        foreach (var condition in rule.Conditions)
        {
            var likelihood = Of(condition, packet);
            least = likelihood < least ? likelihood : least;
        }

        return least;
    }

    private static Likelihood Of(RuleOption condition, PacketShape packet) => condition.Name switch
    {
        "-d" => Destination(condition, packet),
        "-p" => Protocol(condition, packet),
        "--dport" or "--dports" => Ports(condition, packet),
        "-i" => Interface(condition),
        "--dst-type" => DestinationType(condition, packet),
        _ => Likelihood.Maybe,
    };

    private static Likelihood Destination(RuleOption condition, PacketShape packet)
    {
        if (packet.Destination is null || !TryNetwork(condition.Value, out var network))
        {
            return Likelihood.Maybe;
        }

        return Certain(network.Contains(packet.Destination) != condition.Negated);
    }

    // A rule for one protocol matches some of the packets of a shape that covers all protocols.
    private static Likelihood Protocol(RuleOption condition, PacketShape packet) =>
        packet.Protocol is null || condition.Value is "all" or "0"
            ? Likelihood.Surely
            : Certain((condition.Value == packet.Protocol || condition.Value == Number(packet.Protocol)) != condition.Negated);

    private static Likelihood Ports(RuleOption condition, PacketShape packet)
    {
        if (packet.Ports.IsEmpty)
        {
            return Likelihood.Surely;
        }

        var ranges = condition.Value.Split(',');
        return Certain(packet.Ports.Any(port => ranges.Any(r => InRange(r, port)) != condition.Negated));
    }

    private static Likelihood Interface(RuleOption condition) =>
        condition.Value == "lo" ? Certain(condition.Negated) : Likelihood.Maybe;

    private static Likelihood DestinationType(RuleOption condition, PacketShape packet) =>
        condition.Value == "LOCAL" ? Certain((packet.Destination is null) != condition.Negated) : Likelihood.Maybe;

    private static bool InRange(string range, int port)
    {
        var ends = range.Split(':');
        return int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && port >= first && port <= last;
    }

    private static string? Number(string protocol) => protocol == "tcp" ? "6" : null;

    private static bool TryNetwork(string text, out IPNetwork network) =>
        IPNetwork.TryParse(text.Contains('/', StringComparison.Ordinal) ? text : text + "/32", out network);

    private static Likelihood Certain(bool matches) => matches ? Likelihood.Surely : Likelihood.No;
}
