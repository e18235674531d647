using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ImdsProxy.Management;

/// <summary>
/// Asks a running proxy for its health over a plain socket. An exec probe starts a process every few seconds, and loading an HTTP
/// client would cost that process more than everything else it does.
/// </summary>
internal static class HealthProbe
{
    // In bytes. A health answer has a few hundred; a longer answer comes from another program.
    private const int LongestAnswer = 64 * 1024;

    /// <summary>The reasons why the proxy is not healthy; empty if it is healthy.</summary>
    public static async Task<IReadOnlyList<string>> AskAsync(EndPoint management, bool live, CancellationToken cancellation)
    {
        var target = Reachable(management);
        try
        {
            using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(target, cancellation);
            await socket.SendAsync(Request(target, live), cancellation);
            return Read(await ReceiveAsync(socket, cancellation));
        }
        catch (SocketException e)
        {
            return [$"nothing answers at {ManagementAddress.Text(management)}: {e.Message}"];
        }
    }

    /// <summary>The reasons why the proxy is not healthy: its failed checks, or else the status of an unexpected answer; empty if it is healthy.</summary>
    internal static IReadOnlyList<string> Read(string answer)
    {
        if (answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
        {
            return [];
        }

        var status = answer.Split("\r\n", 2)[0];
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var reasons = status.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal) && end >= 0 ? Reasons(answer[(end + 4)..]) : [];
        return reasons.Count > 0 ? reasons : [$"the answer was '{status}'"];
    }

    private static IReadOnlyList<string> Reasons(string body)
    {
        try
        {
            var checks = JsonSerializer.Deserialize(body, ManagementJson.Plain.HealthAnswer)?.Checks ?? [];
            return [.. checks.Where(check => !check.Ready).Select(check => $"{check.Name}: {check.Reason}")];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    // HTTP/1.0, so that the answer is not chunked and the connection ends with it.
    private static byte[] Request(EndPoint target, bool live) => Encoding.ASCII.GetBytes(
        $"GET {(live ? "/livez" : "/readyz")} HTTP/1.0\r\nHost: {(target is IPEndPoint ? target : "localhost")}\r\n\r\n");

    private static async Task<string> ReceiveAsync(Socket socket, CancellationToken cancellation)
    {
        var buffer = new byte[LongestAnswer];
        var length = 0;
        while (length < buffer.Length && await socket.ReceiveAsync(buffer.AsMemory(length), cancellation) is > 0 and var read)
        {
            length += read;
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    // The flag may have the same value as for serve. If serve listens on all addresses, the probe uses loopback.
    private static EndPoint Reachable(EndPoint management) => management switch
    {
        IPEndPoint ip when ip.Address.Equals(IPAddress.Any) => new IPEndPoint(IPAddress.Loopback, ip.Port),
        IPEndPoint ip when ip.Address.Equals(IPAddress.IPv6Any) => new IPEndPoint(IPAddress.IPv6Loopback, ip.Port),
        _ => management,
    };
}
