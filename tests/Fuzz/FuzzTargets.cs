using System.Collections.Immutable;
using ImdsProxy.Fuzz.Targets;

namespace ImdsProxy.Fuzz;

/// <summary>
/// All fuzz targets. A target is created only when it runs, because instrumented code must not run before the fuzzer has mapped
/// its memory.
/// </summary>
internal static class FuzzTargets
{
    private static readonly ImmutableSortedDictionary<string, Func<IFuzzTarget>> All =
        ImmutableSortedDictionary.CreateRange<string, Func<IFuzzTarget>>(
            StringComparer.Ordinal,
            [
                new("audit-line", () => new AuditLineTarget()),
                new("audit-scan", () => new AuditScanTarget()),
                new("body", () => new BodyTarget()),
                new("decision", () => new DecisionTarget()),
                new("envelope", () => new EnvelopeTarget()),
                new("error", () => new ErrorTarget()),
                new("fragments", () => new FragmentsTarget()),
                new("heads", () => new HeadsTarget()),
                new("jwt", () => new JwtTarget()),
                new("manifest", () => new ManifestTarget()),
                new("netlink", () => new NetlinkTarget()),
                new("policy", () => new PolicyTarget()),
                new("policy-tests", () => new PolicyTestsTarget()),
                new("redaction", () => new RedactionTarget()),
                new("request", () => new RequestTarget()),
                new("socket", () => new SocketTarget()),
            ]);

    /// <summary>The targets' names, which are also the names of the directories in <c>corpus</c>.</summary>
    public static IEnumerable<string> Names => All.Keys;

    public static IFuzzTarget Make(string name) => All[name]();
}
