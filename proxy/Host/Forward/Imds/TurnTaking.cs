using ImdsProxy.Core.Policy;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Runtime;

namespace ImdsProxy.Forward.Imds;

/// <summary>Waits for the turns of requests in the queue in front of IMDS.</summary>
internal sealed class TurnTaking(Lanes lanes)
{
    /// <summary>Joins the queue for a permit's request. Returns null if too many requests wait.</summary>
    public Turn? TryJoin(Permit permit, CallerKey caller) => lanes.TryJoin(permit, caller);

    /// <summary>Joins the queue and waits. Returns the granted turn, or null if the turn did not come in time.</summary>
    /// <param name="permit">The permission to send the request.</param>
    /// <param name="caller">The address of the caller, which takes the turn.</param>
    /// <param name="gone">Cancelled when the caller disconnects.</param>
    public ValueTask<Turn?> TakeAsync(Permit permit, CallerKey caller, CancellationToken gone) =>
        TryJoin(permit, caller) is { } turn ? GrantedAsync(turn, gone) : ValueTask.FromResult<Turn?>(null);

    /// <summary>Waits for a turn that has joined the queue. Returns the turn. If the turn does not come in time, ends it and returns null.</summary>
    public static async ValueTask<Turn?> GrantedAsync(Turn turn, CancellationToken gone)
    {
        var isGranted = false;
        try
        {
            isGranted = await turn.WaitAsync(gone);
        }
        finally
        {
            if (!isGranted)
            {
                turn.Dispose();
            }
        }

        return isGranted ? turn : null;
    }

    /// <summary>Reports the outcome to the queue, and returns the answer.</summary>
    public static ImdsAnswer Heard(Turn turn, ImdsAnswer answer)
    {
        turn.Heard(answer.Status, answer.RetryAfter);
        return answer;
    }

    /// <summary>The answer to a request whose turn did not come in time.</summary>
    public ImdsAnswer Throttled(Permit permit) => ImdsAnswer.Throttled(lanes.Of(permit.Request.Endpoint).RetryAfter);
}
