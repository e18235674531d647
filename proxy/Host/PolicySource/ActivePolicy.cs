using System.Collections.Immutable;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.PolicySource;

/// <summary>
/// The policy in force. A valid document replaces the previous document. An invalid document is reported and changes nothing. Before the
/// first valid document there is no policy, and nothing is permitted.
/// </summary>
internal sealed class ActivePolicy(TimeProvider time)
{
    private readonly Lock _gate = new();
    private ImmutableArray<IPolicyObserver> _observers = [];
    private volatile PolicyInForce _status = PolicyInForce.None;
    private volatile PolicyLoad? _loaded;
    private bool _lowered;

    /// <summary>The policy in force, or null before the first valid policy.</summary>
    public PolicySnapshot? Current => _status.Snapshot;

    public PolicyInForce Status => _status;

    /// <summary>The load whose document is in force, in its original form, or null before the first valid document.</summary>
    public PolicyLoad? Loaded => _loaded;

    /// <summary>Adds an observer. Observers are called one after the other, in the order in which they were added.</summary>
    public void Observe(IPolicyObserver observer) =>
        ImmutableInterlocked.Update(ref _observers, static (observers, added) => observers.Add(added), observer);

    /// <summary>Whether the policy in force permits a credential to any caller.</summary>
    public bool PermitsAnyone(ImdsRequest request, CredentialAnswer answer) => Current?.PermitsAnyone(request, answer) ?? false;

    /// <summary>
    /// Takes the result of reading a policy. If the result has both errors and a document, the fragments with errors keep
    /// their last good content.
    /// </summary>
    /// <param name="load">The result.</param>
    /// <param name="content">The policy as UTF-8 JSON, for the archive.</param>
    /// <param name="source">A human-readable description of the policy's origin.</param>
    public async Task TakeAsync(PolicyLoad load, ReadOnlyMemory<byte> content, string source)
    {
        var refused = load.Document is null || load.Problems.Any(static problem => problem.Severity == ProblemSeverity.Error) ? load : null;
        if (refused is not null)
        {
            await RefuseAsync(refused, source);
        }

        if (load.Document is { } document)
        {
            await SwapAsync(load, document, refused, content, source);
        }
    }

    private async Task SwapAsync(PolicyLoad load, PolicyDocument document, PolicyLoad? refused, ReadOnlyMemory<byte> content, string source)
    {
        var before = _loaded?.Document;
        lock (_gate)
        {
            if (before?.Revision == document.Revision)
            {
                _status = _status with { Refused = refused };
                return;
            }

            _loaded = load;
            _status = new PolicyInForce(Effective(document), source, time.GetUtcNow(), refused);
        }

        await TellAsync(observer => observer.LoadedAsync(before, document, load, content, source));
    }

    /// <summary>
    /// Lowers every policy to audit mode, except rules with their own mode, or ends the lowering. The written document does not
    /// change, and it applies again afterwards.
    /// </summary>
    public void Lower(bool lowered)
    {
        lock (_gate)
        {
            _lowered = lowered;
            if (_loaded?.Document is { } document)
            {
                _status = _status with { Snapshot = Effective(document) };
            }
        }
    }

    private PolicySnapshot Effective(PolicyDocument document) =>
        PolicySnapshot.Compile(_lowered ? document with { Mode = PolicyMode.Audit, ModeExceptions = [] } : document, Current);

    /// <summary>Reports that the source has no document, or does not have one yet.</summary>
    public async Task MissingAsync(string source, string why)
    {
        var load = new PolicyLoad(null, [new PolicyProblem(ProblemSeverity.Error, "", 0, "", why)], "");
        await RefuseAsync(load, source);
    }

    /// <summary>Reports that the source was deleted together with its release.</summary>
    public Task GoneAsync(string source) => TellAsync(observer => observer.GoneAsync(source));

    // Takes the lock, like every change. Without the lock, this write could restore the lowered policy just as the lowering ends.
    private async Task RefuseAsync(PolicyLoad load, string source)
    {
        lock (_gate)
        {
            _status = _status with { Refused = load };
        }

        await TellAsync(observer => observer.RefusedAsync(load, source));
    }

    private async Task TellAsync(Func<IPolicyObserver, Task> tell)
    {
        foreach (var observer in _observers)
        {
            await tell(observer);
        }
    }
}
