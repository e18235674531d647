using ImdsProxy.Runtime;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Reads the override that turns interception off (break glass).</summary>
internal sealed class InterceptionOverride(RedirectSettings settings, TimeProvider time)
{
    private readonly OverrideFiles? _files =
        settings.OverrideDirectory is { } directory ? OverrideFiles.Interception(directory, time) : null;

    // The last override of this release. An uninstall deletes its files at about the same time as the pods. Rules that were put
    // back in between would stay for good.
    private Override _uninstall = Override.None;

    // An uninstall override that exists from the start may belong to an earlier release, so it ends when its files are deleted.
    private bool _sawNoUninstall;

    public Override Current()
    {
        var now = _files?.Current() ?? Override.None;
        _sawNoUninstall |= !now.Uninstalling;
        if (now.Uninstalling && _sawNoUninstall)
        {
            _uninstall = now;
        }

        return time.GetUtcNow() < _uninstall.Until ? _uninstall : now;
    }
}
