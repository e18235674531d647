using System.Collections.Immutable;

namespace ImdsProxy.Management;

/// <summary>Named checks, asked anew each time: what must hold before the proxy may be sent traffic, and why it does not.</summary>
internal sealed class Readiness
{
    private ImmutableArray<(string Name, Func<string?> Check)> _checks = [];
    private ImmutableArray<(string Name, Func<string?> Check)> _notes = [];

    /// <summary>Whether every check is fine now.</summary>
    public bool IsReady => Ask().All(check => check.Ready);

    /// <summary>The first reason why it is not, or null.</summary>
    public string? Problem => Ask().FirstOrDefault(static check => !check.Ready)?.Reason;

    /// <summary>Adds a check, which is told with the others in the order they were added.</summary>
    /// <param name="name">One word for operators, for example <c>policy</c>.</param>
    /// <param name="check">Quick and without I/O; null where all is well, else the reason, which may be read by anyone on the node.</param>
    public void Add(string name, Func<string?> check) =>
        ImmutableInterlocked.Update(ref _checks, static (checks, added) => checks.Add(added), (name, check));

    /// <summary>Adds something worth telling that does not make the proxy less ready.</summary>
    /// <param name="name">One word for operators.</param>
    /// <param name="note">Quick and without I/O; null where there is nothing to tell.</param>
    public void AddNote(string name, Func<string?> note) =>
        ImmutableInterlocked.Update(ref _notes, static (notes, added) => notes.Add(added), (name, note));

    public ImmutableArray<ReadinessCheck> Ask() => [
        .. _checks.Select(check => Ask(check.Name, check.Check)),
        .. _notes.Select(note => Ask(note.Name, note.Check) with { Ready = true })];

    // What cannot be asked is not known to be well. The exception's text could hold anything, so it is not told.
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
