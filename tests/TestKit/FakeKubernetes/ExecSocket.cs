using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>The streams of one command over a WebSocket: the first byte of each message is its channel.</summary>
internal sealed class ExecSocket(WebSocket socket, CancellationToken closing) : IDisposable
{
    public const string Version4 = "v4.channel.k8s.io";

    /// <summary>Like version 4, and the client can close stdin.</summary>
    public const string Version5 = "v5.channel.k8s.io";

    private const byte Input = 0;
    private const byte Output = 1;
    private const byte Errors = 2;
    private const byte Status = 3;
    private const byte Close = 255;

    private readonly SemaphoreSlim _turn = new(1);

    public void Dispose() => _turn.Dispose();

    /// <summary>Connects a process. It goes on if the client disconnects: only its stdin is closed, as a container runtime does.</summary>
    public async Task RunAsync(Process process)
    {
        var input = ReadInputAsync(process.StandardInput.BaseStream);
        try
        {
            await Task.WhenAll(CopyAsync(process.StandardOutput.BaseStream, Output), CopyAsync(process.StandardError.BaseStream, Errors));
            await process.WaitForExitAsync(closing);
            await SendAsync(Status, Encoding.UTF8.GetBytes(StatusOf(process.ExitCode)));
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, closing);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client has disconnected.
        }

        await input;
    }

    /// <summary>Waits until the client disconnects.</summary>
    public Task HangAsync() => ReadInputAsync(Stream.Null);

    private async Task ReadInputAsync(Stream input)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), closing) is { MessageType: not WebSocketMessageType.Close } read)
            {
                if (read.Count > 0 && buffer[0] == Close)
                {
                    break;
                }

                if (read.Count > 1 && buffer[0] == Input)
                {
                    await input.WriteAsync(buffer.AsMemory(1, read.Count - 1), closing);
                    await input.FlushAsync(closing);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client has disconnected, or the process has ended.
        }

        try
        {
            await input.DisposeAsync();
        }
        catch (IOException)
        {
            // The process has ended.
        }
    }

    private async Task CopyAsync(Stream from, byte channel)
    {
        var buffer = new byte[32 << 10];
        while (await from.ReadAsync(buffer, closing) is var read and > 0)
        {
            await SendAsync(channel, buffer.AsMemory(0, read));
        }
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> bytes)
    {
        await _turn.WaitAsync(closing);
        try
        {
            await socket.SendAsync((byte[])[channel, .. bytes.Span], WebSocketMessageType.Binary, endOfMessage: true, closing);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static string StatusOf(int code) => code == 0
        ? """{"metadata":{},"status":"Success"}"""
        : $$$$"""{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status {{{{code}}}}","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"{{{{code}}}}"}]}}""";
}
