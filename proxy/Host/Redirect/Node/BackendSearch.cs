using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>Finds the backends of the node.</summary>
internal static class BackendSearch
{
    public static async Task<(BackendView Nft, BackendView Legacy)> RunAsync(RunProgram run, CancellationToken cancellation)
    {
        var nft = await ViewAsync(Backend.Nft, "iptables-nft", run, cancellation);
        var legacy = await ViewAsync(Backend.Legacy, "iptables-legacy", run, cancellation);
        if (nft.Program is not null || legacy.Program is not null)
        {
            return (nft, legacy);
        }

        // A system with only one backend may have it under the plain name.
        var version = await run("iptables", ["--version"], null, cancellation);
        return version switch
        {
            null => (nft, legacy),
            _ when version.Output.Contains("nf_tables", StringComparison.Ordinal) => (await ViewAsync(Backend.Nft, "iptables", run, cancellation), legacy),
            _ => (nft, await ViewAsync(Backend.Legacy, "iptables", run, cancellation)),
        };
    }

    private static async Task<BackendView> ViewAsync(Backend backend, string program, RunProgram run, CancellationToken cancellation)
    {
        if (await run(program, ["--version"], null, cancellation) is null)
        {
            return new BackendView(backend, null, SavedRules.Empty);
        }

        try
        {
            return new BackendView(backend, program, await new Iptables(program, run).SaveAsync(cancellation));
        }
        catch (IptablesFailure e)
        {
            return new BackendView(backend, program, SavedRules.Empty, e.Message);
        }
    }
}
