using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>The iptables programs of one backend.</summary>
internal sealed class Iptables(string program, RunProgram run)
{
    // Seconds to wait for the lock that all iptables programs share.
    private const string LockWait = "5";

    /// <summary>All rules as they are now.</summary>
    public async Task<SavedRules> SaveAsync(CancellationToken cancellation) =>
        SavedRules.Parse(Check(await run($"{program}-save", [], null, cancellation), $"{program}-save").Output);

    /// <summary>Does what the text says, table by table, and leaves everything else alone.</summary>
    public async Task RestoreAsync(string text, CancellationToken cancellation) =>
        Check(await run($"{program}-restore", ["--noflush", "-w", LockWait], text, cancellation), $"{program}-restore");

    private static ProgramResult Check(ProgramResult? result, string what)
    {
        if (result is null)
        {
            throw new RedirectRefusal($"{what} is missing");
        }

        if (result.ExitCode == 0)
        {
            return result;
        }

        var message = result.Error.Trim();
        if (message.Contains("Permission denied", StringComparison.Ordinal) || message.Contains("Operation not permitted", StringComparison.Ordinal))
        {
            throw new RedirectRefusal($"{what}: no permission: the redirect needs CAP_NET_ADMIN and CAP_NET_RAW in the node's network namespace ({message})");
        }

        throw new IptablesFailure($"{what} failed with exit code {result.ExitCode}: {message}");
    }
}
