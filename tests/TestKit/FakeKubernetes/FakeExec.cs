using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Answers <c>pods/exec</c> over WebSocket with real processes, as an API server, a kubelet and a container runtime do together.</summary>
/// <param name="answer">Decides what a command in a container does.</param>
public sealed class FakeExec(Func<FakeExecRequest, FakeExecAnswer> answer) : IDisposable
{
    private readonly ConcurrentBag<Process> _processes = [];
    private readonly ConcurrentQueue<FakeExecRequest> _requests = new();

    /// <summary>All received requests.</summary>
    public IReadOnlyCollection<FakeExecRequest> Requests => _requests;

    /// <summary>The processes that have not ended.</summary>
    public int Running => _processes.Count(static process => !process.HasExited);

    internal static bool Is(HttpContext context) => context.Request.Path.Value!.EndsWith("/exec", StringComparison.Ordinal);

    internal async Task AnswerAsync(HttpContext context, FakeCluster cluster, CancellationToken closing)
    {
        var path = context.Request.Path.Value!.Split('/');
        var request = new FakeExecRequest(path[^4], path[^2], context.Request.Query["container"].ToString(), [.. context.Request.Query["command"].Select(static part => part ?? "")]);
        _requests.Enqueue(request);
        var given = answer(request);
        if (given is FakeExecAnswer.Gone || cluster.Get("pods", request.Namespace, request.Pod) is null)
        {
            await FakeStatus.WriteAsync(context, 404, "NotFound", $"pods \"{request.Pod}\" not found");
            return;
        }

        var protocol = context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(static offered => offered is ExecSocket.Version5 or ExecSocket.Version4);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, closing);
        using var exec = new ExecSocket(socket, ending.Token);
        if (given is FakeExecAnswer.Program program)
        {
            await exec.RunAsync(Start(program.Start));
        }
        else
        {
            await exec.HangAsync();
        }
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }
}
