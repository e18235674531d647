namespace ImdsProxy.Kubernetes;

/// <summary>How long to leave the API server alone after a failure: growing, with jitter, and never shorter than it asks.</summary>
internal sealed class Backoff(Random random)
{
    // client-go starts at 800 ms too and goes up to 30 s; a node whose new pods wait for us should not wait that long.
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    // A server that asks for more is asked again all the same: its word may be wrong, and pods wait.
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(1);

    private int _failures;

    /// <summary>Whether nothing has worked since the last failure.</summary>
    public bool IsFailing => _failures > 0;

    /// <summary>The delay before the next attempt.</summary>
    /// <param name="retryAfter">What the server asked for, or null.</param>
    public TimeSpan Next(TimeSpan? retryAfter)
    {
        var grown = First * Math.Pow(2, Math.Min(_failures++, 10));
        var jittered = (grown < Longest ? grown : Longest) * (0.5 + random.NextDouble());
        return retryAfter is { } asked && asked > TimeSpan.Zero
            ? (asked < LongestAsked ? asked : LongestAsked) + (jittered / 4)
            : jittered;
    }

    /// <summary>Something worked.</summary>
    public void Reset() => _failures = 0;
}
