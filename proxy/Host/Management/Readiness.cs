using System.Collections.Immutable;

namespace ImdsProxy.Management;

/// <summary>Named conditions that must hold before the proxy may receive traffic. Each query checks them again.</summary>
internal sealed class Readiness
{
    private ImmutableArray<(string Name, Func<string?> Check)> _checks = [];
    private ImmutableArray<(string Name, Func<string?> Check)> _notes = [];

    /// <summary>Whether every check passes now.</summary>
    public bool IsReady => Ask().All(check => check.Ready);

    /// <summary>The reason of the first check that fails, or null.</summary>
    public string? Problem => Ask().FirstOrDefault(static check => !check.Ready)?.Reason;

    /// <summary>Adds a check. Checks are reported in the order in which they were added.</summary>
    /// <param name="name">One word for operators, for example <c>policy</c>.</param>
    /// <param name="check">Must be quick and do no I/O. Returns null if the check passes, otherwise the reason. Anyone on the node may read the reason.</param>
    public void Add(string name, Func<string?> check) =>
        ImmutableInterlocked.Update(ref _checks, static (checks, added) => checks.Add(added), (name, check));

    /// <summary>Adds a note: a fact to report that does not affect readiness.</summary>
    /// <param name="name">One word for operators.</param>
    /// <param name="note">Must be quick and do no I/O. Returns null if there is nothing to report.</param>
    public void AddNote(string name, Func<string?> note) =>
        ImmutableInterlocked.Update(ref _notes, static (notes, added) => notes.Add(added), (name, note));

    public ImmutableArray<ReadinessCheck> Ask() => [
        .. _checks.Select(check => Ask(check.Name, check.Check)),
        .. _notes.Select(note => Ask(note.Name, note.Check) with { Ready = true })];

    // A check that throws fails. The text of the exception could contain anything, so the text is not reported.
    private static ReadinessCheck Ask(string name, Func<string?> check)
    {
        try
        {
            var reason = check();
            return new(name, reason is null, reason);
        }
        catch (Exception e)
        {
            return new(name, Ready: false, $"the check itself failed: {e.GetType().Name}");
        }
    }
}
