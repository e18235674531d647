using System.Net;
using System.Text;
using ImdsProxy.Core.Audit.Sql;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches an address or an address range.</summary>
internal sealed class NetworkMatch(IPNetwork network) : ValueMatch
{
    public override bool Matches(ReadOnlySpan<byte> value) =>
        value.Length <= 45 && IPAddress.TryParse(Encoding.ASCII.GetString(value), out var address) && network.Contains(address);

    // An IPv4 network contains no IPv6 address, and the reverse.
    public override string Sql(AuditField field)
    {
        var (parse, literal) = network.BaseAddress.GetAddressBytes().Length == 4 ? ("toIPv4OrNull", "toIPv4") : ("toIPv6OrNull", "toIPv6");
        // A link-local address ends with its interface.
        var address = $"{parse}(substringIndex({SqlColumns.Name(field)}, '%', 1))";
        var range = $"{address} >= {literal}({SqlText.Quote(network.BaseAddress.ToString())}) AND {address} <= {literal}({SqlText.Quote(Last().ToString())})";
        return literal == "toIPv6" ? $"(position({SqlColumns.Name(field)}, ':') > 0 AND {range})" : $"({range})";
    }

    private IPAddress Last()
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }
}
