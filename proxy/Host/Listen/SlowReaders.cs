namespace ImdsProxy.Listen;

/// <summary>
/// Finds clients that do not read. Kestrel's own minimum rate is no bound: each answer that was read quickly extends the
/// deadline of the next one, and it does not apply between requests.
/// </summary>
/// <param name="patience">How long the kernel may hold something for a client that hardly reads.</param>
/// <param name="time">The clock.</param>
internal sealed class SlowReaders(TimeSpan patience, TimeProvider time)
{
    /// <summary>Bytes a second. A client on the same node reads megabytes.</summary>
    public const int SlowestRate = 4 * 1024;

    /// <summary>How often each connection is looked at.</summary>
    public TimeSpan Interval { get; } = patience / 4;

    /// <summary>Whether a client has held an answer up for too long. To be asked at each interval.</summary>
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

        // A client that asks and reads all the time may never be seen without something on its way to it.
        connection.Unread = (now, tail.Acknowledged);
        return tail.Acknowledged - acknowledged < elapsed.TotalSeconds * SlowestRate;
    }
}
