namespace ImdsProxy.Redirect.Watching;

/// <summary>
/// How often a displaced jump is moved back to the first place: three times a minute, then not for ten minutes. Two
/// programs that each insist on being first would otherwise rewrite the node's rules for ever.
/// </summary>
internal sealed class MoveLimit(TimeProvider time)
{
    private const int MovesPerMinute = 3;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Peace = TimeSpan.FromMinutes(10);

    private readonly Queue<DateTimeOffset> _moves = new();
    private DateTimeOffset _peaceUntil = DateTimeOffset.MinValue;

    public MoveVerdict Ask()
    {
        var now = time.GetUtcNow();
        while (_moves.TryPeek(out var oldest) && now - oldest >= Minute)
        {
            _moves.Dequeue();
        }

        if (now < _peaceUntil)
        {
            return MoveVerdict.Peace;
        }

        if (_moves.Count >= MovesPerMinute)
        {
            _peaceUntil = now + Peace;
            return MoveVerdict.Alarm;
        }

        _moves.Enqueue(now);
        return MoveVerdict.Move;
    }
}
