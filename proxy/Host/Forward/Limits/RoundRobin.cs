using ImdsProxy.Runtime;

namespace ImdsProxy.Forward.Limits;

/// <summary>Waiting turns, taken round-robin across callers. Several callers may wait for one turn.</summary>
/// <param name="depthPerCaller">The number of turns that may wait per caller.</param>
/// <param name="depth">The number of turns that may wait in total.</param>
internal sealed class RoundRobin(int depthPerCaller, int depth)
{
    private readonly Dictionary<CallerKey, Queue<Turn>> _callers = [];
    private readonly Queue<CallerKey> _order = new();

    /// <summary>The number of waiting turns. A turn with several callers counts once for each caller.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a turn to its caller's queue. Returns false if too many turns are waiting.</summary>
    public bool TryAdd(CallerKey caller, Turn turn)
    {
        if (Count >= depth)
        {
            return false;
        }

        if (!_callers.TryGetValue(caller, out var turns))
        {
            _callers.Add(caller, turns = new Queue<Turn>());
            _order.Enqueue(caller);
        }
        else if (turns.Count >= depthPerCaller)
        {
            return false;
        }

        turns.Enqueue(turn);
        Count++;
        return true;
    }

    /// <summary>Returns the next waiting turn with its caller, or null.</summary>
    /// <param name="isFree">Whether a caller may send now.</param>
    public (CallerKey Caller, Turn Turn)? Next(Func<CallerKey, bool> isFree)
    {
        for (var left = _order.Count; left > 0; left--)
        {
            var caller = _order.Dequeue();
            var turns = _callers[caller];
            var turn = isFree(caller) ? Waiting(turns) : null;
            Return(caller, turns);
            if (turn is not null)
            {
                return (caller, turn);
            }
        }

        return null;
    }

    /// <summary>Removes turns that no longer wait.</summary>
    public void DropWhere(Func<Turn, bool> isOver)
    {
        for (var left = _order.Count; left > 0; left--)
        {
            var caller = _order.Dequeue();
            var turns = _callers[caller];
            for (var i = turns.Count; i > 0; i--)
            {
                var turn = turns.Dequeue();
                if (isOver(turn))
                {
                    Count--;
                }
                else
                {
                    turns.Enqueue(turn);
                }
            }

            Return(caller, turns);
        }
    }

    private Turn? Waiting(Queue<Turn> turns)
    {
        while (turns.TryDequeue(out var turn))
        {
            Count--;
            if (turn.State == TurnState.Waiting)
            {
                return turn;
            }
        }

        return null;
    }

    // Moves the caller to the end of the line, if it has more turns waiting.
    private void Return(CallerKey caller, Queue<Turn> turns)
    {
        if (turns.Count > 0)
        {
            _order.Enqueue(caller);
        }
        else
        {
            _callers.Remove(caller);
        }
    }
}
