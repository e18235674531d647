using ImdsProxy.Forward.Imds;
using ImdsProxy.Forward.Limits;

namespace ImdsProxy.Forward.Sharing;

/// <summary>
/// One request to IMDS and all callers that wait for its answer. A caller that disconnects does not cancel the request for
/// the others.
/// </summary>
internal sealed class Flight(Turn turn)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<ImdsAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting = 1;
    private ImdsAnswer? _landed;
    private bool _isOver;

    /// <summary>The number of waiting callers.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public Turn Turn => turn;

    /// <summary>Adds a caller. Returns false if the flight is already over.</summary>
    public bool TryJoin()
    {
        lock (_gate)
        {
            _waiting += _isOver ? 0 : 1;
            return !_isOver;
        }
    }

#pragma warning disable VSTHRD003 // No synchronization context is involved, so awaiting either task cannot deadlock.
    /// <summary>Returns the answer with one hold for the caller, or a failure if the caller disconnected first.</summary>
    public Task<ImdsAnswer> WaitAsync(CancellationToken gone) => TakeAsync(_answer.Task, gone);

    /// <summary>
    /// Like <see cref="WaitAsync"/>, but for the caller that runs the fetch: this caller continues on the fetch's own thread,
    /// without another wake-up.
    /// </summary>
    public Task<ImdsAnswer> LeadAsync(Task<ImdsAnswer> own, CancellationToken gone) => TakeAsync(own, gone);
#pragma warning restore VSTHRD003

    /// <summary>Delivers the answer to all waiting callers.</summary>
    /// <param name="answer">The answer, with one hold that this method releases.</param>
    public void Land(ImdsAnswer answer)
    {
        lock (_gate)
        {
            _isOver = true;
            _landed = answer;
            for (var i = 0; i < _waiting; i++)
            {
                answer.TryHold();
            }
        }

        answer.Release();
        _answer.SetResult(answer);
    }

    public void Crash(Exception e)
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _answer.SetException(e);
    }

#pragma warning disable VSTHRD003 // As above.
    private async Task<ImdsAnswer> TakeAsync(Task<ImdsAnswer> answer, CancellationToken gone)
    {
        try
        {
            return await answer.WaitAsync(gone);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            Leave();
            return ImdsAnswer.Failed(ForwardFailure.CallerGone);
        }
    }
#pragma warning restore VSTHRD003

    // Stops waiting and gives up the hold if the answer has already arrived.
    private void Leave()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _waiting--;
                return;
            }
        }

        _landed?.Release();
    }
}
