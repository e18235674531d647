using System.Globalization;
using System.Net;

namespace ImdsProxy.Redirect.Node;

/// <summary>
/// Reads the kernel's socket tables to see whether anything listens on the target of the redirect. A test connection would not
/// reach the listener, because the guard in INPUT drops every connection that was not redirected, including the node's own.
/// </summary>
internal static class ListenerTable
{
    // TCP_LISTEN in include/net/tcp_states.h, as /proc/net/tcp writes it.
    private const string Listen = "0A";

    /// <summary>Whether anything in this network namespace listens on this address and port now.</summary>
    public static bool IsListening(IPAddress address, int port) =>
        Has(Read("/proc/net/tcp"), address, port) || Has(Read("/proc/net/tcp6"), address, port);

    /// <summary>Whether a table lists a listener on the port, at this address or at all addresses.</summary>
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

    // The table holds words in the machine's byte order, which is little-endian on every supported machine.
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
