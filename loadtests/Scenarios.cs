using ImdsProxy.LoadTests.Audit;
using ImdsProxy.LoadTests.Micro;
using ImdsProxy.LoadTests.Serving;
using ImdsProxy.LoadTests.Sharing;

namespace ImdsProxy.LoadTests;

/// <summary>The scenarios by name. Each sets its scene, runs, and says what it measured.</summary>
internal static class Scenarios
{
    private static readonly Dictionary<string, Func<string[], Task<int>>> All = new(StringComparer.Ordinal)
    {
        ["first-requests"] = FirstRequests.RunAsync,
        ["audit-cost"] = AuditCost.RunAsync,
        ["audit-data"] = AuditData.RunAsync,
        ["audit-search"] = AuditSearchSpeed.RunAsync,
        ["audit-write"] = AuditWriteSpeed.RunAsync,
        ["cached-token"] = CachedToken.RunAsync,
        ["flood"] = Flood.RunAsync,
        ["flood-client"] = Flood.ClientAsync,
        ["herd"] = Herd.RunAsync,
        ["micro"] = MicroBenchmarks.RunAsync,
        ["policy-load"] = PolicyLoadCost.RunAsync,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length > 0 && All.TryGetValue(args[0], out var scenario))
        {
            return await scenario(args[1..]);
        }

        await Console.Error.WriteLineAsync($"Which scenario? {string.Join(", ", All.Keys)}");
        return 2;
    }
}
