using System.Net;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Connections;

namespace ImdsProxy.Management;

/// <summary>
/// Bounds the connections of each source address to one management address. If <c>--metrics</c> is the node's address, every pod can
/// connect. The bound ensures that no pod keeps the scraper out. The Unix socket is open only to the proxy's own user.
/// </summary>
internal sealed class ManagementConnections(TimeProvider time)
{
    /// <summary>
    /// The maximum number of TCP connections to one address. There are at most two addresses, so the rest of
    /// <see cref="ManagementLimits"/> is left to the Unix socket.
    /// </summary>
    public const int Max = 24;

    /// <summary>The maximum number of connections of one source address. A scraper keeps one connection open, and a probe keeps none.</summary>
    public const int MaxPerAddress = 4;

    private readonly OpenConnections _open = new(Max, MaxPerAddress);

    /// <summary>Runs an admitted connection, and ends any other connection at once.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var address })
        {
            await next(connection);
            return;
        }

        var open = new OpenConnection(connection, address, time.GetTimestamp());
        if (_open.TryAdd(open, out var displaced) != Admission.Admitted)
        {
            open.Abort("refused");
            return;
        }

        displaced?.Abort("made room for an address with fewer connections");
        try
        {
            await next(connection);
        }
        finally
        {
            _open.Remove(open);
        }
    }
}
