using System.Net;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Watching;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

public sealed class NodeFactsTests
{
    private const string Header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    [Theory]
    // 3F7E is port 16254. Addresses are little-endian.
    [InlineData("   0: 00000000:3F7E 00000000:0000 0A 00000000:00000000", true)]
    [InlineData("   0: 0400010A:3F7E 00000000:0000 0A 00000000:00000000", true)]
    [InlineData("   0: 0000000000000000FFFF00000400010A:3F7E 00000000000000000000000000000000:0000 0A", true)]
    [InlineData("   0: 00000000000000000000000000000000:3F7E 00000000000000000000000000000000:0000 0A", true)]
    [InlineData("   0: 0100007F:3F7E 00000000:0000 0A 00000000:00000000", false)]
    [InlineData("   0: 00000000:3F7F 00000000:0000 0A 00000000:00000000", false)]
    [InlineData("   0: 0400010A:3F7E 0B00F40A:9C40 01 00000000:00000000", false)]
    [InlineData("", false)]
    public void Listener_OnTheNodesAddressOrAllAddresses_IsFound(string line, bool found) =>
        ListenerTable.Has(Header + line + "\n", IPAddress.Parse("10.1.0.4"), 16254).ShouldBe(found);

    [Theory]
    [InlineData("cpu 1 2\nbtime 1763700000\nprocesses 5\n", 1763700000L)]
    [InlineData("cpu 1 2\n", null)]
    [InlineData("btime x\n", null)]
    public void BootTime_InProcStat_IsParsed(string stat, long? seconds) =>
        NodeBoot.Parse(stat)?.ToUnixTimeSeconds().ShouldBe(seconds ?? -1);

    [Fact]
    public void Moves_MoreThanThreeAMinute_EndInAnAlarmAndACooldown()
    {
        var time = new ManualTime();
        var limit = new MoveLimit(time);
        Ask(limit, 5).ShouldBe([MoveVerdict.Move, MoveVerdict.Move, MoveVerdict.Move, MoveVerdict.Alarm, MoveVerdict.Leave]);
        time.Advance(TimeSpan.FromMinutes(9));
        Ask(limit, 1).ShouldBe([MoveVerdict.Leave]);
        time.Advance(TimeSpan.FromMinutes(1));
        Ask(limit, 4).ShouldBe([MoveVerdict.Move, MoveVerdict.Move, MoveVerdict.Move, MoveVerdict.Alarm]);
    }

    [Fact]
    public void Moves_ThreeAMinute_ContinueForever()
    {
        var time = new ManualTime();
        var limit = new MoveLimit(time);
        for (var minute = 0; minute < 10; minute++)
        {
            Ask(limit, 3).ShouldAllBe(v => v == MoveVerdict.Move);
            time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Theory]
    [InlineData(0, "", null)]
    [InlineData(1, "conntrack v1.4.7: 0 flow entries have been deleted.", null)]
    [InlineData(1, "conntrack: Operation not permitted", "conntrack: Operation not permitted")]
    public async Task Conntrack_WithNothingToDelete_Succeeds(int exitCode, string error, string? expected)
    {
        RunProgram run = (_, _, _, _) => Task.FromResult<ProgramResult?>(new ProgramResult(exitCode, "", error));
        (await Conntrack.ForgetDirectAsync(run, CancellationToken.None)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("Extension rpfilter revision 0 not supported, missing kernel module?", false)]
    [InlineData(null, true)]
    public async Task RpFilterTrial_Ended_LeavesNoChainBehind(string? failure, bool expected)
    {
        var node = new NodeModel();
        var before = node.Save();
        RunProgram run = (_, _, input, _) =>
        {
            if (failure is not null && input!.Contains("rpfilter", StringComparison.Ordinal))
            {
                return Task.FromResult<ProgramResult?>(new ProgramResult(4, "", failure));
            }

            node.Restore(input!);
            return Task.FromResult<ProgramResult?>(new ProgramResult(0, "", ""));
        };
        (await RpFilterTrial.RunAsync(new Iptables("iptables-nft", run), CancellationToken.None)).ShouldBe(expected);
        node.Save().ShouldBe(before);
    }

    [Fact]
    public async Task RulesLock_HeldByAnotherProcess_IsWaitedFor()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "lock");
        var first = await new RulesLock(path, TimeProvider.System).AcquireAsync(CancellationToken.None);
        var second = new RulesLock(path, TimeProvider.System).AcquireAsync(CancellationToken.None);
        second.IsCompleted.ShouldBeFalse();
        first.Dispose();
        (await second).Dispose();
    }

    private static List<MoveVerdict> Ask(MoveLimit limit, int times) => [.. Enumerable.Range(0, times).Select(_ => limit.Ask())];
}
