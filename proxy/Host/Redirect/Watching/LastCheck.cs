using System.Collections.Immutable;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Watching;

/// <summary>
/// Remembers the last check that left nothing to repair, and asks the kernel whether the result of that check still holds. If
/// that is in doubt, the rules are checked again.
/// </summary>
internal sealed class LastCheck(IChangeDetector changes, ImmutableArray<ManagedChain> chains, TimeProvider time)
{
    // All rules are compared at least this often, even if nothing seems to change.
    private static readonly TimeSpan FullCheckInterval = TimeSpan.FromMinutes(5);

    // If another product's chain runs before ours, the fingerprint does not cover it, so a change elsewhere calls for a check. If
    // rules change all the time, the pause between such checks is this multiple of the last check's duration, because kube-proxy
    // may have thousands of rules.
    private const int PausePerCheck = 30;
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    private RedirectState _state;
    private ChainsFingerprint? _fingerprint;
    private ChainsFingerprint? _next;
    private UInt128? _version;
    private bool _othersChanged;
    private long _started;
    private long? _lastFullCheck;
    private TimeSpan _duration;

    /// <summary>Whether the last check found every rule in place and effective.</summary>
    public bool InPlace { get; private set; }

    private TimeSpan Pause => _duration * PausePerCheck is var pause && pause < MaxPause ? pause : MaxPause;

    private bool PauseIsOver => time.GetElapsedTime(_started) >= Pause;

    private bool FullCheckIsDue => _lastFullCheck is not { } last || time.GetElapsedTime(last) >= FullCheckInterval;

    /// <summary>Takes the fingerprint before a check, so that a change during the check is noticed afterwards.</summary>
    /// <returns>Whether the check must read all rules.</returns>
    public bool Begin()
    {
        (_started, _version, _othersChanged) = (time.GetTimestamp(), changes.Version(), false);
        _fingerprint = null;
        _next = _version is null ? null : changes.Fingerprint(chains);
        var full = FullCheckIsDue;
        _lastFullCheck = full ? _started : _lastFullCheck;
        return full;
    }

    /// <summary>Ensures that the result of the next check is not reused.</summary>
    public void Forget() => (_fingerprint, _next) = (null, null);

    /// <summary>Keeps the result of a check that left nothing to repair.</summary>
    public void Settle(RedirectState state, bool inPlace) =>
        (_state, InPlace, _fingerprint, _duration) = (state, inPlace, _next, time.GetElapsedTime(_started));

    /// <summary>Whether a new check would give the same result.</summary>
    public bool Holds(RedirectState state)
    {
        if (_fingerprint is not { } fingerprint || state != _state || FullCheckIsDue || changes.Version() is not { } version)
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
            _othersChanged |= now.OthersFirst;
        }

        return !_othersChanged || !PauseIsOver;
    }

    /// <summary>Whether the result certainly no longer holds. Cheap enough to query between two checks.</summary>
    public bool HasChanged(RedirectState state) =>
        _fingerprint is not null
        && changes.Version() is { } version
        && (version != _version || (_othersChanged && PauseIsOver))
        && !Holds(state);
}
