using System.Collections.Immutable;
using ImdsProxy.Doctor.Rules;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Node;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Doctor;

/// <summary>The checks of rules where rules can't be read. Network.Tests make them on real rules.</summary>
public sealed class RulesCheckTests
{
    private static readonly Place Node = new(OnNode: true, Container: null);
    private static readonly Place Pod = new(OnNode: false, Container: null);

    [Fact]
    public async Task Rules_InAPod_DoNotApply() => await AllAsync(Reader(Pod, _ => throw new InvalidOperationException("nothing may run")), "An ordinary pod can't see");

    [Fact]
    public async Task Rules_WithoutIptables_DoNotApply() => await AllAsync(Reader(Node, _ => null), "iptables is not installed here; run doctor in the container redirect");

    [Fact]
    public async Task Rules_WithoutPermission_DoNotApply() =>
        await AllAsync(Reader(Node, arguments => arguments is ["--version"] ? new ProgramResult(0, "", "") : new ProgramResult(4, "", "Permission denied (you must be root)")), "needs root and the capability NET_ADMIN");

    [Fact]
    public async Task Backend_ThatFails_IsBroken() => await new BackendCheck(
        Reader(Node, arguments => arguments is ["--version"] ? new ProgramResult(0, "", "") : new ProgramResult(1, "", "the kernel has no such table")))
        .ShouldFindAsync("Broken", "the kernel has no such table");

    [Theory]
    [InlineData(true, true, "Good", "NAT and sets with time-outs")]
    [InlineData(false, true, "Warning", "lacks NAT")]
    [InlineData(true, false, "Warning", "lacks sets with time-outs")]
    public async Task NfTables_OfTheKernel_AreJudged(bool nat, bool timedSets, string state, string words) =>
        await new NfTablesCheck(Node, () => new NfTablesTrial(nat, timedSets)).ShouldFindAsync(state, words);

    [Fact]
    public async Task NfTables_WithoutPermission_DoNotApply() =>
        await new NfTablesCheck(Node, () => throw new IOException("error 1")).ShouldFindAsync("NotApplicable", "can't be asked here (error 1)");

    [Theory]
    [InlineData("[12:720] -A IMDS-PROXY-REDIRECT -d 169.254.169.254/32 -p tcp -m comment --comment \"imds-proxy g2: x\" -j DNAT --to-destination 10.1.0.4:16254", 12L)]
    [InlineData("[3:1] -A KUBE-SEP -j DNAT --to-destination 10.1.0.4:1", null)]
    [InlineData("-A IMDS-PROXY-REDIRECT -m comment --comment \"imds-proxy g2: x\" -j DNAT --to-destination 10.1.0.4:16254", null)]
    [InlineData("", null)]
    public void TakenConnections_AreReadFromTheCounter(string line, long? expected) => TakenConnections.Parse($"*nat\n{line}\nCOMMIT\n").ShouldBe(expected);

    private static async Task AllAsync(RulesReader reader, string reason)
    {
        await new BackendCheck(reader).ShouldFindAsync("NotApplicable", reason);
        await new InPlaceCheck(reader, null, TimeProvider.System).ShouldFindAsync("NotApplicable", reason);
        await new OtherRulesCheck(reader).ShouldFindAsync("NotApplicable", reason);
        await new ExistingBlockCheck(reader, isOverridden: false).ShouldFindAsync("NotApplicable", reason);
        await new RpFilterCheck(reader, isWanted: true).ShouldFindAsync("NotApplicable", reason);
        await new SecurityTableCheck(reader, static (_, _, _, _) => throw new InvalidOperationException("nothing may run")).ShouldFindAsync("NotApplicable", reason);
    }

    private static RulesReader Reader(Place place, Func<ImmutableArray<string>, ProgramResult?> run) => new(place, new RedirectSettings(), new RedirectServices(
        (_, arguments, _, _) => Task.FromResult(run(arguments)),
        static (_, _) => true,
        static _ => Task.FromResult<IReadOnlyDictionary<string, string>?>(null),
        static _ => ValueTask.CompletedTask,
        TimeProvider.System,
        NullLogger.Instance,
        new RedirectMetrics(new MetricsRegistry().Factory),
        new HostPodsMetrics(new MetricsRegistry().Factory)));
}
