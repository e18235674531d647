using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.Commands;

/// <summary>What a pod can try: a request as it is written, and a connection.</summary>
/// <param name="imds">Where it looks for IMDS.</param>
/// <param name="patience">How long each may take.</param>
internal sealed class PodProbe(IPEndPoint imds, TimeSpan patience)
{
    // An error's text; a credential, which would be longer, is not read to its end.
    private const int LongestAnswer = 4096;

    /// <summary>The beginning of the answer, or nothing where there is none in time.</summary>
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
            // What was said until then is the answer.
        }

        return answer.ToString();
    }

    /// <summary>Whether a connection is taken. One that is refused is closed as well as one that is dropped.</summary>
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
