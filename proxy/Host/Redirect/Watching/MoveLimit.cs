namespace ImdsProxy.Redirect.Watching;

/// <summary>
/// Limits how often displaced jumps are moved back: three times a minute, then not for ten minutes. Otherwise two programs that
/// both insist on the first place would rewrite the node's rules forever.
/// </summary>
internal sealed class MoveLimit(TimeProvider time)
{
    private const int MovesPerMinute = 3;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Cooldown = TimeSpan.FromMinutes(10);

    private readonly Queue<DateTimeOffset> _moves = new();
    private DateTimeOffset _cooldownUntil = DateTimeOffset.MinValue;

    public MoveVerdict Ask()
    {
        var now = time.GetUtcNow();
        while (_moves.TryPeek(out var oldest) && now - oldest >= Minute)
        {
            _moves.Dequeue();
        }

        if (now < _cooldownUntil)
        {
            return MoveVerdict.Leave;
        }

        if (_moves.Count >= MovesPerMinute)
        {
            _cooldownUntil = now + Cooldown;
            return MoveVerdict.Alarm;
        }

        _moves.Enqueue(now);
        return MoveVerdict.Move;
    }
}
