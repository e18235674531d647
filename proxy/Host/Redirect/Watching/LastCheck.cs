using System.Collections.Immutable;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Watching;

/// <summary>
/// Remembers the last check after which nothing was to be done, and tells by a cheap look whether it still holds. In doubt it does
/// not: then the rules are checked again.
/// </summary>
internal sealed class LastCheck(IChangeDetector changes, ImmutableArray<ManagedChain> chains, TimeProvider time)
{
    // Even where nothing seems to change, all rules are compared so often.
    private static readonly TimeSpan LongestTrust = TimeSpan.FromMinutes(5);

    // Another product's chain before ours is not looked into. Where rules change all the time, a check is made for its sake
    // after a rest of so many times what the last one took: kube-proxy may have thousands of rules there.
    private const int RestPerCheck = 30;
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private RedirectState _state;
    private ChainsFingerprint? _fingerprint;
    private ChainsFingerprint? _next;
    private UInt128? _version;
    private bool _unseen;
    private long _began;
    private long? _whole;
    private TimeSpan _took;

    /// <summary>What the check said.</summary>
    public bool InPlace { get; private set; }

    private TimeSpan Rest => _took * RestPerCheck is var rest && rest < LongestRest ? rest : LongestRest;

    private bool RestIsOver => time.GetElapsedTime(_began) >= Rest;

    private bool WholeIsDue => _whole is not { } last || time.GetElapsedTime(last) >= LongestTrust;

    /// <summary>Looks before a check, so that what changes while it runs is seen afterwards. Returns whether all rules must be read.</summary>
    public bool Begin()
    {
        (_began, _version, _unseen) = (time.GetTimestamp(), changes.Version(), false);
        _fingerprint = null;
        _next = _version is null ? null : changes.Fingerprint(chains);
        var whole = WholeIsDue;
        _whole = whole ? _began : _whole;
        return whole;
    }

    /// <summary>Whatever the next check finds does not hold longer than for itself.</summary>
    public void Forget() => (_fingerprint, _next) = (null, null);

    /// <summary>The check has ended, and nothing is left to do.</summary>
    public void Settle(RedirectState state, bool inPlace) =>
        (_state, InPlace, _fingerprint, _took) = (state, inPlace, _next, time.GetElapsedTime(_began));

    /// <summary>Whether the check would find the same again.</summary>
    public bool Holds(RedirectState state)
    {
        if (_fingerprint is not { } fingerprint || state != _state || WholeIsDue || changes.Version() is not { } version)
        {
            return false;
        }

        if (version != _version || !changes.SeesEveryChange)
        {
            if (changes.Fingerprint(chains) is not { } now || now.Digest != fingerprint.Digest)
            {
                return false;
            }

            _version = version;
            _unseen |= now.OthersFirst;
        }

        return !_unseen || !RestIsOver;
    }

    /// <summary>The same between two checks, where only a change that is certain counts.</summary>
    public bool HasChanged(RedirectState state) =>
        _fingerprint is not null
        && changes.Version() is { } version
        && (version != _version || (_unseen && RestIsOver))
        && !Holds(state);
}
