using System.Collections.Immutable;

namespace ImdsProxy.Doctor.Findings;

/// <summary>Makes the checks one after another, because some of them wait for the same lock or the same service.</summary>
/// <param name="patience">The time limit of each check.</param>
internal sealed class Examiner(TimeSpan patience)
{
    public async Task<ImmutableArray<Checked>> RunAsync(IEnumerable<CheckGroup> groups, CancellationToken cancellation)
    {
        var done = ImmutableArray.CreateBuilder<Checked>();
        foreach (var group in groups)
        {
            foreach (var check in group.Checks)
            {
                done.Add(new Checked(group.Title, check.Name, await RunAsync(check, cancellation)));
            }
        }

        return done.ToImmutable();
    }

    private async Task<Finding> RunAsync(ICheck check, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            return await check.RunAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Finding.Broken($"The check did not finish within {patience.TotalSeconds:0} s.", "Run doctor again, with a longer --timeout if the node is busy.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One check that fails in an unexpected way must not hide the results of the others.
            return Finding.Broken($"The check failed: {e.Message}", "Run doctor again; if the check fails again, report this message.");
        }
    }
}
