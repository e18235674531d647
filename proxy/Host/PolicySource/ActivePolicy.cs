using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.PolicySource;

/// <summary>
/// The policy in force. A good document takes the place of the one before; a bad one is reported and changes nothing:
/// before the first good one there is none, and nothing is permitted.
/// </summary>
internal sealed class ActivePolicy(IPolicyObserver observer, TimeProvider time)
{
    private readonly Lock _gate = new();
    private volatile PolicyInForce _status = PolicyInForce.None;
    private volatile PolicyLoad? _loaded;
    private bool _lowered;

    /// <summary>The policy in force, or null before the first good one.</summary>
    public PolicySnapshot? Current => _status.Snapshot;

    public PolicyInForce Status => _status;

    /// <summary>The load whose document is in force as its author wrote it, or null before the first good one.</summary>
    public PolicyLoad? Loaded => _loaded;

    /// <summary>Takes a document as its source holds it now.</summary>
    /// <param name="content">UTF-8 JSON.</param>
    /// <param name="source">Where it comes from, for people.</param>
    public async Task OfferAsync(ReadOnlyMemory<byte> content, string source)
    {
        await TakeAsync(PolicyLoader.Load(content, Loaded), content, source);
    }

    /// <summary>Takes what came of reading a policy. It may have both errors and a document: then fragments are left at their last good content.</summary>
    /// <param name="load">What came of it.</param>
    /// <param name="content">UTF-8 JSON, as it is to be kept.</param>
    /// <param name="source">Where it comes from, for people.</param>
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

        await observer.LoadedAsync(before, document, load, content, source);
    }

    /// <summary>
    /// Lowers every policy to audit mode, but for the rules that say themselves that they are enforced; or ends that.
    /// What is written stays as it is and counts again afterwards.
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

    /// <summary>Says that the source has no document at all any more, or not yet.</summary>
    public async Task MissingAsync(string source, string why)
    {
        var load = new PolicyLoad(null, [new PolicyProblem(ProblemSeverity.Error, "", 0, "", why)], "");
        await RefuseAsync(load, source);
    }

    /// <summary>Says that the source was deleted together with its release.</summary>
    public Task GoneAsync(string source) => observer.GoneAsync(source);

    // Under the lock like every change: otherwise it could put back the lowered policy just as the lowering ends.
    private async Task RefuseAsync(PolicyLoad load, string source)
    {
        lock (_gate)
        {
            _status = _status with { Refused = load };
        }

        await observer.RefusedAsync(load, source);
    }
}
