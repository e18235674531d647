using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Management;

/// <summary>The written form of the management address: <c>IP:PORT</c> or <c>unix:PATH</c>.</summary>
internal static class ManagementAddress
{
    public const string Default = "127.0.0.1:16255";

    private const string UnixPrefix = "unix:";

    // sun_path of Linux's sockaddr_un holds 108 bytes, the last of them zero.
    private const int LongestPath = 107;

    /// <summary>An <see cref="IPEndPoint"/> or a <see cref="UnixDomainSocketEndPoint"/>. Throws a <see cref="FormatException"/> that says what to write instead.</summary>
    public static EndPoint Parse(string text)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return Unix(text[UnixPrefix.Length..]);
        }

        return text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endPoint)
            ? endPoint
            : throw new FormatException($"write an address and a port, such as {Default}, or a socket, such as unix:/run/imds-proxy/management.sock");
    }

    /// <summary>The written form of an address, for logs.</summary>
    public static string Text(EndPoint endPoint) =>
        endPoint is UnixDomainSocketEndPoint ? UnixPrefix + endPoint : endPoint.ToString() ?? "";

    private static UnixDomainSocketEndPoint Unix(string path) =>
        Path.IsPathRooted(path) && System.Text.Encoding.UTF8.GetByteCount(path) <= LongestPath
            ? new UnixDomainSocketEndPoint(path)
            : throw new FormatException($"write the socket's whole path, such as unix:/run/imds-proxy/management.sock, in at most {LongestPath} bytes");
}
