using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Sources.Nodes.Format;
using ImdsProxy.Sources.Nodes.Kubectl;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>Asks all parts, some at a time. A part that fails is named and does not hold up the others.</summary>
internal sealed class NodeRound(KubectlClient kubectl, NodeLimits limits, IReadOnlyList<NodePart> parts, INodeProgress progress)
{
    private readonly ConcurrentDictionary<int, string> _failures = new();

    /// <summary>The parts that did not answer, in order, with the reason.</summary>
    public ImmutableArray<UnreadSource> Unanswered => [.. _failures.OrderBy(static failure => failure.Key).Select(failure => new UnreadSource(parts[failure.Key].Name, failure.Value))];

    /// <exception cref="IOException">kubectl can't be started.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task RunAsync(NodeQuestion question, CancellationToken cancellation)
    {
        var done = 0;
        progress.Report(0, parts.Count);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, parts.Count),
            new ParallelOptions { MaxDegreeOfParallelism = limits.Parallel, CancellationToken = cancellation },
            async (place, ending) =>
            {
                if (await AskAsync(parts[place], question, question.Begin(place), ending) is { } failure)
                {
                    _failures[place] = failure;
                }

                progress.Report(Interlocked.Increment(ref done), parts.Count);
            });
    }

    private async Task<string?> AskAsync(NodePart part, NodeQuestion question, IPartAnswer answer, CancellationToken cancellation)
    {
        if (part.Proxy is not { Pod: { } pod, IsRunning: true })
        {
            return part.Proxy.Pod is null ? "no proxy runs on it" : $"its proxy's pod {part.Proxy.Pod} is {part.Proxy.Phase}";
        }

        if (!KubeName.IsValid(pod) || !KubeName.IsValid(part.Proxy.Node))
        {
            return "its name or its pod's name is not valid";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (!question.HasNoEnd)
        {
            limit.CancelAfter(limits.Timeout);
        }

        using var process = kubectl.Exec(pod, part.Container, question.Arguments);
        try
        {
            return await ReadAsync(process, question, answer, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {limits.Timeout.TotalSeconds:0.###} s; a longer time can be given with --timeout");
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            return e.Message;
        }
    }

    private static async Task<string?> ReadAsync(KubectlProcess process, NodeQuestion question, IPartAnswer answer, CancellationToken cancellation)
    {
        var reader = new NodeStreamReader(process.Output, question.Kind);
        NodeAnswerEnd end;
        try
        {
            end = await reader.ReadAsync(answer.AddAsync, answer.PauseAsync, cancellation);
        }
        catch (FormatException e) when (e.Message == NodeStreamReader.BreaksOff)
        {
            // stderr says why: the pod is gone, or the program on the node refused.
            var (code, errors) = await process.WaitAsync(cancellation);
            return code != 0 ? KubectlErrors.Reason(code, errors) : e.Message;
        }

        var (ended, more) = await process.WaitAsync(cancellation);
        if (ended != 0)
        {
            return KubectlErrors.Reason(ended, more);
        }

        answer.Complete(end);
        return end.Unread is [var unread, ..] ? $"a part of its log can't be read: {unread.Path}: {unread.Message}" : null;
    }
}
