namespace ImdsProxy.Kubernetes;

/// <summary>Computes the delay before retrying the API server: exponential, with jitter, and honouring the server's Retry-After.</summary>
internal sealed class Backoff(Random random)
{
    // client-go also starts at 800 ms but grows to 30 s. A node whose new pods wait for the proxy should not wait that long.
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    // A longer Retry-After is capped, because it may be wrong and pods are waiting.
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(1);

    private int _failures;

    /// <summary>Whether nothing has succeeded since the last failure.</summary>
    public bool IsFailing => _failures > 0;

    /// <summary>The delay before the next attempt.</summary>
    /// <param name="retryAfter">The delay that the server asked for, or null.</param>
    public TimeSpan Next(TimeSpan? retryAfter)
    {
        var grown = First * Math.Pow(2, Math.Min(_failures++, 10));
        var jittered = (grown < Longest ? grown : Longest) * (0.5 + random.NextDouble());
        return retryAfter is { } asked && asked > TimeSpan.Zero
            ? (asked < LongestAsked ? asked : LongestAsked) + (jittered / 4)
            : jittered;
    }

    /// <summary>Resets the back-off after a success.</summary>
    public void Reset() => _failures = 0;
}
