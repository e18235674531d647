using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.Doctor.Imds;

/// <summary>The attempts that a pod can make: a raw request and a TCP connection.</summary>
/// <param name="imds">The address at which pods reach IMDS.</param>
/// <param name="patience">The time limit of each attempt.</param>
internal sealed class PodProbe(IPEndPoint imds, TimeSpan patience)
{
    // Enough for an error. A credential is longer, so it is never read to its end.
    private const int LongestAnswer = 4096;

    /// <summary>Returns the start of the response, or an empty string if no response arrives in time.</summary>
    public async Task<string> AskAsync(string target, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        using var socket = new Socket(imds.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var answer = new StringBuilder();
        try
        {
            await socket.ConnectAsync(imds, limit.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\nConnection: close\r\n\r\n"), limit.Token);
            var buffer = new byte[1024];
            while (answer.Length < LongestAnswer && await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var read)
            {
                answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // The bytes received so far are the answer.
        }

        return answer.ToString();
    }

    /// <summary>Whether the address accepts a connection. A refused and a dropped connection both count as closed.</summary>
    public async Task<bool> IsOpenAsync(IPEndPoint address, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    private CancellationTokenSource Limit(CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        return limit;
    }
}
