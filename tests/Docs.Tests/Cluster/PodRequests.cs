using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using ImdsProxy.Docs.Tests.Reader;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>Handles requests for a pod's log and for commands in a pod.</summary>
internal sealed class PodRequests(ObjectStore store, Sandbox sandbox)
{
    private const string Protocol = "v5.channel.k8s.io";
    private const byte Output = 1;
    private const byte Errors = 2;
    private const byte Outcome = 3;
    private const byte Close = 255;

    public async Task AnswerAsync(HttpContext context, ObjectPath at)
    {
        if (store.Find(at.Resource, at.Namespace, at.Name!) is not { } pod)
        {
            await ApiAnswer.NotFoundAsync(context, at.Resource.Plural, at.Name!);
            return;
        }

        var container = context.Request.Query["container"] is [{ } given] ? given : (string)pod["spec"]!["containers"]![0]!["name"]!;
        switch (at.Sub)
        {
            case "log":
                await context.Response.WriteAsync(sandbox.LogOf(container), context.RequestAborted);
                break;
            case "exec" when context.WebSockets.IsWebSocketRequest:
                using (var socket = await context.WebSockets.AcceptWebSocketAsync(Protocol))
                {
                    await ExecAsync(socket, [.. context.Request.Query["command"].Select(word => word!)], context.RequestAborted);
                }

                break;
            default:
                await ApiAnswer.FailAsync(context, 400, "BadRequest", "the tests' cluster does not do that");
                break;
        }
    }

    private async Task ExecAsync(WebSocket socket, string[] command, CancellationToken cancellation)
    {
        if (command[0] != Sandbox.ProgramInPod)
        {
            await SendAsync(socket, Outcome, Failure($"exec: \"{command[0]}\": executable file not found in $PATH", 126), cancellation);
            return;
        }

        using var process = sandbox.Start(command[1..]);
        var input = CopyInputAsync(socket, process, cancellation);
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        await SendAsync(socket, Output, await output, cancellation);
        await SendAsync(socket, Errors, await errors, cancellation);
        await SendAsync(socket, Outcome, process.ExitCode == 0 ? """{"metadata":{},"status":"Success"}""" : Failure("command terminated", process.ExitCode), cancellation);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
        await input;
    }

    private static async Task CopyInputAsync(WebSocket socket, Process process, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, cancellation) is { MessageType: not WebSocketMessageType.Close } received)
        {
            if (received.Count > 0 && buffer[0] == Close)
            {
                process.StandardInput.Close();
            }
            else if (received.Count > 1)
            {
                await process.StandardInput.BaseStream.WriteAsync(buffer.AsMemory(1, received.Count - 1), cancellation);
            }
        }
    }

    private static async Task SendAsync(WebSocket socket, byte channel, string text, CancellationToken cancellation)
    {
        if (text.Length > 0)
        {
            byte[] message = [channel, .. System.Text.Encoding.UTF8.GetBytes(text)];
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellation);
        }
    }

    private static string Failure(string message, int code) => new JsonObject
    {
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["reason"] = "NonZeroExitCode",
        ["message"] = $"{message} with exit code {code}",
        ["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = $"{code}" }) },
    }.ToJsonString();
}
