using ImdsProxy.Forward.Limits;

namespace ImdsProxy.Forward.Sharing;

/// <summary>One request to IMDS and all who wait for its answer. Who goes away does not end it for the rest.</summary>
internal sealed class Flight(Turn turn)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<ImdsAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting = 1;
    private ImdsAnswer? _landed;
    private bool _isOver;

    /// <summary>How many wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public Turn Turn => turn;

    /// <summary>Waits too; false where it is over.</summary>
    public bool TryJoin()
    {
        lock (_gate)
        {
            _waiting += _isOver ? 0 : 1;
            return !_isOver;
        }
    }

#pragma warning disable VSTHRD003 // Neither task has a context to deadlock with.
    /// <summary>The answer, held once for who waited; a failure where that one went away first.</summary>
    public Task<ImdsAnswer> WaitAsync(CancellationToken gone) => TakeAsync(_answer.Task, gone);

    /// <summary>The same for whoever asks IMDS: goes on on the thread that brings the answer, without being woken by it.</summary>
    public Task<ImdsAnswer> LeadAsync(Task<ImdsAnswer> own, CancellationToken gone) => TakeAsync(own, gone);
#pragma warning restore VSTHRD003

    /// <summary>Gives the answer to all who wait.</summary>
    /// <param name="answer">Held once by who lands it.</param>
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

    // Waits no longer, and has not taken the answer.
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
