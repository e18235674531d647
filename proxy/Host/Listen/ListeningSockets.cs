using System.Globalization;

namespace ImdsProxy.Listen;

/// <summary>Finds other processes that listen on the proxy's port.</summary>
internal static class ListeningSockets
{
    // The columns of /proc/net/tcp: "sl local_address rem_address st …"; state 0A is LISTEN (Linux's tcp_states.h).
    private const string Listen = "0A";

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>The number of sockets in this network namespace that listen on a port.</summary>
    public static int Count(int port) =>
        Tables.Where(File.Exists).SelectMany(File.ReadLines).Count(line => IsListening(line, port));

    internal static bool IsListening(string line, int port)
    {
        var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns is [_, var local, _, Listen, ..]
            && local.LastIndexOf(':') is var colon and > 0
            && int.TryParse(local.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var actual)
            && actual == port;
    }
}
