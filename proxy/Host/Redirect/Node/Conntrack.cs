using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>Deletes conntrack entries that are older than the rules, so that the next packet is treated as a new connection.</summary>
internal static class Conntrack
{
    /// <summary>
    /// Deletes the entries of direct connections to IMDS. The second condition keeps connections that already go through the
    /// proxy, because their responses in flight would be lost.
    /// </summary>
    /// <returns>Null on success, otherwise the error. The guards block such connections in any case.</returns>
    public static async Task<string?> ForgetDirectAsync(RunProgram run, CancellationToken cancellation)
    {
        var result = await run("conntrack", ["-D", "-d", KnownAddresses.Imds, "--reply-src", KnownAddresses.Imds], null, cancellation);
        return result switch
        {
            null => "the conntrack program is missing",
            // Exit code 1 with this message means that there were no entries.
            { ExitCode: 0 } => null,
            { ExitCode: 1 } when result.Error.Contains("0 flow entries", StringComparison.Ordinal) => null,
            _ => result.Error.Trim(),
        };
    }
}
