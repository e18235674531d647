using System.Net;

namespace ImdsProxy.Forward.Limits;

/// <summary>Turns that wait, taken one of each caller at a time. A turn may wait with several callers.</summary>
/// <param name="depthPerCaller">How many may wait with one caller.</param>
/// <param name="depth">How many may wait in all.</param>
internal sealed class RoundRobin(int depthPerCaller, int depth)
{
    private readonly Dictionary<IPAddress, Queue<Turn>> _callers = [];
    private readonly Queue<IPAddress> _order = new();

    /// <summary>How many wait; one that waits with several callers counts with each.</summary>
    public int Count { get; private set; }

    /// <summary>Puts a turn behind those of the same caller; false where too many wait.</summary>
    public bool TryAdd(IPAddress caller, Turn turn)
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

    /// <summary>The next that still waits and its caller, or null.</summary>
    /// <param name="isFree">Whether it may be a caller's turn.</param>
    public (IPAddress Caller, Turn Turn)? Next(Func<IPAddress, bool> isFree)
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

    /// <summary>Takes out those that wait no longer.</summary>
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

    // To the end of the line, as long as something waits with it.
    private void Return(IPAddress caller, Queue<Turn> turns)
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
