namespace ImdsProxy.Listen;

/// <summary>
/// Finds clients that do not read. Kestrel's own minimum rate does not bound them: each answer that is read quickly extends the
/// deadline of the next one, and the rate does not apply between requests.
/// </summary>
/// <param name="patience">The time for which the kernel may hold data for a client that reads too slowly.</param>
/// <param name="time">The clock.</param>
internal sealed class SlowReaders(TimeSpan patience, TimeProvider time)
{
    /// <summary>The minimum rate in bytes per second. A client on the same node reads megabytes a second.</summary>
    public const int SlowestRate = 4 * 1024;

    /// <summary>The interval at which each connection is checked.</summary>
    public TimeSpan Interval { get; } = patience / 4;

    /// <summary>Whether a client has delayed an answer for too long. Must be called at each interval.</summary>
    public bool IsTooSlow(CallerConnection connection)
    {
        if (connection.Tail?.Look() is not { IsEmpty: false } tail)
        {
            connection.Unread = null;
            return false;
        }

        var now = time.GetTimestamp();
        var (since, acknowledged) = connection.Unread ??= (now, tail.Acknowledged);
        var elapsed = time.GetElapsedTime(since, now);
        if (elapsed < patience)
        {
            return false;
        }

        // A busy client that reads promptly may have data in transit at every check, so the acknowledged bytes are considered too.
        connection.Unread = (now, tail.Acknowledged);
        return tail.Acknowledged - acknowledged < elapsed.TotalSeconds * SlowestRate;
    }
}
