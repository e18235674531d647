namespace ImdsProxy.Commands.Demo;

/// <summary>
/// The demo's clock. It starts some days in the past and skips a day at a time, so that the log covers days of work although the tour
/// takes seconds. Timers and durations are real.
/// </summary>
/// <param name="days">How many days in the past the clock starts.</param>
internal sealed class DemoClock(int days) : TimeProvider
{
    private int _behind = days;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - TimeSpan.FromDays(Volatile.Read(ref _behind));

    /// <summary>Skips to the same time of the next day.</summary>
    public void SkipDay() => Interlocked.Decrement(ref _behind);
}
