using System.Net;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Connections;

namespace ImdsProxy.Management;

/// <summary>
/// Bounds the connections to one management address by where they come from: with <c>--metrics</c> on the node's address
/// every pod can open them, and must not keep the scraper out. The Unix socket is open to the proxy's own user alone.
/// </summary>
internal sealed class ManagementAskers(TimeProvider time)
{
    /// <summary>Connections over TCP to one of at most two addresses; the Unix socket keeps the rest of <see cref="ManagementLimits"/>.</summary>
    public const int Most = 24;

    /// <summary>A scraper keeps one connection, a probe none.</summary>
    public const int MostPerAddress = 4;

    private readonly OpenConnections _open = new(Most, MostPerAddress);

    /// <summary>Runs a connection if it may come in; ends it at once if not.</summary>
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
