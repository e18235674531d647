using System.Text.Json;
using ImdsProxy.Core.Policy;
using ImdsProxy.WebConsole.Answers;
using ImdsProxy.WebConsole.Inputs;

namespace ImdsProxy.WebConsole.Views;

/// <summary><c>GET /api/v1/state</c>: what is read and which policy is asked, as events.</summary>
internal sealed class StateView(LogReading log, ConsolePolicy policy, IReadOnlyList<string> sources, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public async Task HandleAsync(HttpContext context)
    {
        var events = new EventStream(context);
        await events.BeginAsync();
        byte[] last = [];
        try
        {
            while (true)
            {
                var state = JsonSerializer.SerializeToUtf8Bytes(await StateAsync(context.RequestAborted), ViewJson.Default.StateJson);
                await (state.AsSpan().SequenceEqual(last) ? events.BeatAsync() : events.SendAsync("state", state).AsTask());
                last = state;
                await Task.Delay(Interval, time, context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The client disconnected, or the console ends.
        }
    }

    private async Task<StateJson> StateAsync(CancellationToken cancellation)
    {
        PolicyDocument? document = null;
        string? problem = null;
        try
        {
            document = await policy.FindAsync(cancellation);
        }
        catch (ConsoleProblem e)
        {
            problem = e.Message;
        }

        return new StateJson(
            sources,
            document is null ? null : new StateJson.PolicyState(policy.Path!, document.Revision, document.Mode.Name()),
            log.Running is { } bytes ? new StateJson.ReadingState(bytes) : null,
            log.Requests,
            problem);
    }
}

/// <summary>The state of the console.</summary>
/// <param name="Sources">Where the records come from.</param>
/// <param name="Policy">The policy, or null.</param>
/// <param name="Reading">The read that runs, or null.</param>
/// <param name="Requests">The requests of the last read, or null before it.</param>
/// <param name="Problem">Why the policy can't be used, or null.</param>
internal sealed record StateJson(IReadOnlyList<string> Sources, StateJson.PolicyState? Policy, StateJson.ReadingState? Reading, long? Requests, string? Problem)
{
    /// <summary>The policy that was given.</summary>
    internal sealed record PolicyState(string Path, string Revision, string Mode);

    /// <summary>How far a read is.</summary>
    internal sealed record ReadingState(long Bytes);
}
