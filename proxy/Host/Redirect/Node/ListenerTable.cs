using System.Globalization;
using System.Net;

namespace ImdsProxy.Redirect.Node;

/// <summary>
/// Tells from the kernel's socket tables whether something listens where the DNAT leads. A connection of our own would
/// not get there: the input guard drops what was not redirected, the node's own connections too.
/// </summary>
internal static class ListenerTable
{
    // TCP_LISTEN in include/net/tcp_states.h, as /proc/net/tcp writes it.
    private const string Listen = "0A";

    /// <summary>Looks at this network namespace now.</summary>
    public static bool IsListening(IPAddress address, int port) =>
        Has(Read("/proc/net/tcp"), address, port) || Has(Read("/proc/net/tcp6"), address, port);

    /// <summary>Whether a table's text has a listener on the port, at the address or at all addresses.</summary>
    public static bool Has(string table, IPAddress address, int port)
    {
        foreach (var line in table.Split('\n'))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 3 && fields[3] == Listen && fields[1].Split(':') is [var at, var hex]
                && int.TryParse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var found) && found == port
                && (at.All(c => c == '0') || at == V4(address) || at == Mapped(address)))
            {
                return true;
            }
        }

        return false;
    }

    // The table holds words in the machine's order, which is little-endian wherever this runs.
    private static string V4(IPAddress address) => Convert.ToHexString([.. address.GetAddressBytes().Reverse()]);

    private static string Mapped(IPAddress address) => $"0000000000000000FFFF0000{V4(address)}";

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
