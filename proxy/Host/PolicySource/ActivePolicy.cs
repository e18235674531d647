using ImdsProxy.Core.Policy;

namespace ImdsProxy.PolicySource;

/// <summary>
/// The policy in force. A good document takes the place of the one before; a bad one is reported and changes nothing:
/// before the first good one there is none, and nothing is permitted.
/// </summary>
internal sealed class ActivePolicy(IPolicyObserver observer, TimeProvider time)
{
    private volatile PolicyInForce _status = PolicyInForce.None;

    /// <summary>The policy in force, or null before the first good one.</summary>
    public PolicySnapshot? Current => _status.Snapshot;

    public PolicyInForce Status => _status;

    /// <summary>Takes a document as its source holds it now.</summary>
    /// <param name="content">UTF-8 JSON.</param>
    /// <param name="source">Where it comes from, for people.</param>
    public async Task OfferAsync(ReadOnlyMemory<byte> content, string source)
    {
        var load = PolicyLoader.Load(content);
        if (load.Document is not { } document)
        {
            _status = _status with { Refused = load };
            await observer.RefusedAsync(load, source);
            return;
        }

        var before = _status.Snapshot;
        if (before?.Revision == document.Revision)
        {
            _status = _status with { Refused = null };
            return;
        }

        _status = new PolicyInForce(PolicySnapshot.Compile(document), source, time.GetUtcNow(), Refused: null);
        await observer.LoadedAsync(before?.Document, document, load, content, source);
    }

    /// <summary>Says that the source has no document at all any more, or not yet.</summary>
    public async Task MissingAsync(string source, string why)
    {
        var load = new PolicyLoad(null, [new PolicyProblem(ProblemSeverity.Error, "", 0, "", why)], "");
        _status = _status with { Refused = load };
        await observer.RefusedAsync(load, source);
    }
}
