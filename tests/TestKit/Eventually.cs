namespace ImdsProxy.TestKit;

/// <summary>Waits for the effects of another thread or process.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Returns once the condition holds. Throws if it does not hold within the patience, 30 s by default.</summary>
    public static Task HoldsAsync(Func<bool> condition, TimeSpan? patience = null) =>
        HoldsAsync(() => Task.FromResult(condition()), patience);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, TimeSpan?)"/>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > (patience ?? Patience))
            {
                throw new TimeoutException("the condition never held");
            }

            await Task.Delay(Interval, TimeProvider.System);
        }
    }
}
