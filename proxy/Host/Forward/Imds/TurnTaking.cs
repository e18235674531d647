using System.Net;
using ImdsProxy.Core.Policy;
using ImdsProxy.Forward.Limits;

namespace ImdsProxy.Forward.Imds;

/// <summary>Sends each request to IMDS when its turn comes, and tells the queue how IMDS answered.</summary>
internal sealed class TurnTaking(Lanes lanes)
{
    /// <summary>Joins the queue for a permit's request. Returns null if too many requests wait.</summary>
    public Turn? TryJoin(Permit permit, IPAddress caller) => lanes.TryJoin(permit, caller);

    /// <summary>The answer to a request that could not join the queue.</summary>
    public ImdsAnswer Throttled(Permit permit) => ImdsAnswer.Throttled(lanes.Of(permit.Request.Endpoint).RetryAfter);

    /// <summary>Joins the queue, and sends the request when its turn comes.</summary>
    /// <param name="permit">The permission to send it.</param>
    /// <param name="caller">The address of the caller, which takes the turn.</param>
    /// <param name="request">What <paramref name="send"/> needs.</param>
    /// <param name="send">Sends the request.</param>
    /// <param name="gone">Cancelled when the caller disconnects.</param>
    public Task<ImdsAnswer> SendAsync<T>(
        Permit permit, IPAddress caller, T request, Func<Turn, T, Task<ImdsAnswer>> send, CancellationToken gone) =>
        TryJoin(permit, caller) is { } turn ? SendAsync(turn, request, send, gone) : Task.FromResult(Throttled(permit));

    /// <summary>Sends the request when its turn comes. Ends the turn.</summary>
    /// <inheritdoc cref="SendAsync{T}(Permit, IPAddress, T, Func{Turn, T, Task{ImdsAnswer}}, CancellationToken)"/>
    public static async Task<ImdsAnswer> SendAsync<T>(Turn turn, T request, Func<Turn, T, Task<ImdsAnswer>> send, CancellationToken gone)
    {
        using (turn)
        {
            if (!await turn.WaitAsync(gone))
            {
                return ImdsAnswer.Throttled(turn.RetryAfter);
            }

            var answer = await send(turn, request);
            turn.Heard(answer.Status, answer.RetryAfter);
            return answer;
        }
    }
}
