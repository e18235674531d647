using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>Forgets connections from before the rules, so that their next packet meets the rules as a new one.</summary>
internal static class Conntrack
{
    /// <summary>
    /// Deletes the entries of direct connections. The second condition keeps those that already go through the proxy,
    /// whose answers in flight would be lost. Null when it is done, else why not: the guards stop such connections anyway.
    /// </summary>
    public static async Task<string?> ForgetDirectAsync(RunProgram run, CancellationToken cancellation)
    {
        var result = await run("conntrack", ["-D", "-d", KnownAddresses.Imds, "--reply-src", KnownAddresses.Imds], null, cancellation);
        return result switch
        {
            null => "the conntrack program is missing",
            // 1 with this message: there were none.
            { ExitCode: 0 } => null,
            { ExitCode: 1 } when result.Error.Contains("0 flow entries", StringComparison.Ordinal) => null,
            _ => result.Error.Trim(),
        };
    }
}
