using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace ImdsProxy.HostPods;

/// <summary>
/// Answers the probe of <c>redirect watch</c>, which redirects the node's traffic only while the answer is "ready". On the way out, it tells
/// the probe first, so that no request of the node meets a closed port.
/// </summary>
/// <param name="problem">Why the proxy is not ready for host pods, or null.</param>
/// <param name="time">The clock.</param>
internal sealed class ProbeAnswers(Func<string?> problem, TimeProvider time)
{
    private const int MaxRequest = 1024;

    /// <summary>The lease ends at once when the probe fails. This is the time that the change of the rules may take.</summary>
    private static readonly TimeSpan Withdrawal = TimeSpan.FromMilliseconds(200);

    /// <summary>Without a probe for this long, the lease has ended by itself.</summary>
    private static readonly TimeSpan Lapsed = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const long Never = long.MinValue;

    private long _lastProbe = Never;
    private long _toldAt = Never;
    private volatile bool _isDraining;

    /// <summary>Answers a connection that was made directly to the listener. It gets this one answer or none.</summary>
    public async Task AnswerAsync(IDuplexPipe connection, CancellationToken gone)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, gone);
        try
        {
            if (await IsProbeAsync(connection.Input, either.Token))
            {
                await connection.Output.WriteAsync(Answer(), either.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is slow or gone. The connection ends either way.
        }
    }

    /// <summary>
    /// Waits until the node's traffic is no longer redirected here: until a probe has been told and the rules had time to change, or until no probe has
    /// arrived for so long that the lease has ended.
    /// </summary>
    public async Task LeaveAsync(CancellationToken timeUp)
    {
        _isDraining = true;
        while (!timeUp.IsCancellationRequested && !HasLeft())
        {
            await Task.Delay(Step, time, timeUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool HasLeft() =>
        Volatile.Read(ref _toldAt) is not Never and var told ? time.GetElapsedTime(told) >= Withdrawal
        : Volatile.Read(ref _lastProbe) is var last && (last == Never || time.GetElapsedTime(last) >= Lapsed);

    private byte[] Answer()
    {
        Volatile.Write(ref _lastProbe, time.GetTimestamp());
        if (_isDraining)
        {
            Interlocked.CompareExchange(ref _toldAt, time.GetTimestamp(), Never);
            return Answer("503 Service Unavailable", "draining");
        }

        return problem() is { } why ? Answer("503 Service Unavailable", $"not ready: {why}") : Answer("200 OK", "ready");
    }

    private static byte[] Answer(string status, string line)
    {
        var body = line.ReplaceLineEndings(" ") + '\n';
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
    }

    private static async Task<bool> IsProbeAsync(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            var isProbe = IsProbe(read.Buffer);
            var isOver = isProbe is not null || read.IsCompleted || read.Buffer.Length > MaxRequest;
            input.AdvanceTo(isOver ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (isOver)
            {
                return isProbe == true;
            }
        }
    }

    // Null while the head is not complete.
    private static bool? IsProbe(in ReadOnlySequence<byte> bytes)
    {
        var head = new SequenceReader<byte>(bytes);
        if (!head.TryReadTo(out ReadOnlySequence<byte> lines, "\r\n\r\n"u8))
        {
            return null;
        }

        return Encoding.Latin1.GetString(lines.ToArray()).StartsWith("GET /.imds-proxy/host-pods HTTP/1.1\r\n", StringComparison.Ordinal);
    }
}
