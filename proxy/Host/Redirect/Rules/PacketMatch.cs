using System.Globalization;
using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>Compares a rule's conditions with a kind of packet.</summary>
internal static class PacketMatch
{
    /// <summary>Whether some packet of this shape matches all of the rule's conditions.</summary>
    public static MatchResult Of(Rule rule, PacketShape packet)
    {
        var result = MatchResult.Certain;
        foreach (var condition in rule.Conditions)
        {
            var one = Of(condition, packet);
            result = one < result ? one : result;
        }

        return result;
    }

    private static MatchResult Of(RuleOption condition, PacketShape packet) => condition.Name switch
    {
        "-d" => Destination(condition, packet),
        "-p" => Protocol(condition, packet),
        "--dport" or "--dports" => Ports(condition, packet),
        "-i" => Interface(condition),
        "--dst-type" => DestinationType(condition, packet),
        _ => MatchResult.Possible,
    };

    private static MatchResult Destination(RuleOption condition, PacketShape packet)
    {
        if (packet.Destination is null || !TryNetwork(condition.Value, out var network))
        {
            return MatchResult.Possible;
        }

        return Certain(network.Contains(packet.Destination) != condition.Negated);
    }

    // If the shape covers all protocols, a rule for one protocol matches some packets of the shape.
    private static MatchResult Protocol(RuleOption condition, PacketShape packet) =>
        packet.Protocol is null || condition.Value is "all" or "0"
            ? MatchResult.Certain
            : Certain((condition.Value == packet.Protocol || condition.Value == Number(packet.Protocol)) != condition.Negated);

    private static MatchResult Ports(RuleOption condition, PacketShape packet)
    {
        if (packet.Ports.IsEmpty)
        {
            return MatchResult.Certain;
        }

        var ranges = condition.Value.Split(',');
        return Certain(packet.Ports.Any(port => ranges.Any(r => InRange(r, port)) != condition.Negated));
    }

    private static MatchResult Interface(RuleOption condition) =>
        condition.Value == "lo" ? Certain(condition.Negated) : MatchResult.Possible;

    private static MatchResult DestinationType(RuleOption condition, PacketShape packet) =>
        condition.Value == "LOCAL" ? Certain((packet.Destination is null) != condition.Negated) : MatchResult.Possible;

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

    private static MatchResult Certain(bool matches) => matches ? MatchResult.Certain : MatchResult.No;
}
