using ImdsProxy.FakeImds;

namespace ImdsProxy.FunctionalTests.Sharing;

/// <summary>Holds the fake IMDS's answers until they are released.</summary>
internal sealed class HeldAnswers(FakeFault? fault = null) : IDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    /// <summary>The number of requests that arrived.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public FakeFault Hold(FakeRequest request)
    {
        Interlocked.Increment(ref _waiting);
        return (fault ?? new FakeFault()) with { After = _released.Task };
    }

    public void Release() => _released.TrySetResult();

    public void Dispose() => Release();
}
