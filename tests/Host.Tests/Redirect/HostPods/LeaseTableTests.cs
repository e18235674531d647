using System.Net;
using ImdsProxy.Redirect.HostPods;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Node;
using Shouldly;
using Xunit;
using static ImdsProxy.Host.Tests.Redirect.NetlinkBytes;

namespace ImdsProxy.Host.Tests.Redirect.HostPods;

/// <summary>The table of the lease, built and read back.</summary>
public sealed class LeaseTableTests
{
    private readonly NodeTables _node = new();

    private LeaseTable Table => new(() => _node, IPAddress.Parse("10.1.0.4"), 16254);

    [Fact]
    public void Lease_FromBuildToRemoval_IsReadInEachState()
    {
        Table.Read().ShouldBe(LeaseState.Missing);
        Table.Build();
        Table.Read().ShouldBe(LeaseState.Lapsed);
        Table.Renew();
        Table.Read().ShouldBe(LeaseState.Held);
        Table.End();
        Table.Read().ShouldBe(LeaseState.Lapsed);
        Table.End();
        Table.Read().ShouldBe(LeaseState.Lapsed);
        Table.Remove().ShouldBeTrue();
        Table.Remove().ShouldBeFalse();
        Table.Read().ShouldBe(LeaseState.Missing);
    }

    // A second add alone would not restart the time of the element.
    [Fact]
    public void Renewal_OfAHeldLease_AddsItAnew()
    {
        Table.Build();
        Table.Renew();
        Table.Renew();
        _node.Renewals.ShouldBe(2);
    }

    [Fact]
    public void End_WithoutATable_ChangesNothing()
    {
        Table.End();
        _node.HasTable.ShouldBeFalse();
    }

    public static TheoryData<string> Damages => ["the table is gone", "the rule is gone", "the guard is gone", "another rule", "another target"];

    [Theory]
    [MemberData(nameof(Damages))]
    public void Renewal_OfADamagedTable_BuildsItAgain(string damage)
    {
        Table.Build();
        Table.Renew();
        switch (damage)
        {
            case "the table is gone":
                _node.Flush();
                break;
            case "the rule is gone":
                _node.ForgetRules();
                break;
            case "the guard is gone":
                _node.ForgetRules("direct");
                break;
            case "another rule":
                _node.AddRule();
                break;
            default:
                new LeaseTable(() => _node, IPAddress.Parse("10.1.0.5"), 16254).Build();
                break;
        }

        Table.Read().ShouldBe(LeaseState.Missing);
        Table.Renew();
        Table.Read().ShouldBe(LeaseState.Held);
    }

    // EPERM, ENOENT (a module is missing), EINVAL and EOPNOTSUPP.
    [Theory]
    [InlineData(NfTablesMessage.NewTable, 1, "needs CAP_NET_ADMIN")]
    [InlineData(NfTablesMessage.NewTable, 95, "add a table")]
    [InlineData(NfTablesMessage.NewSet, 95, "add a set with time-outs")]
    [InlineData(NfTablesMessage.NewChain, 2, "add a NAT chain for the node's own packets")]
    [InlineData(NfTablesMessage.NewRule, 2, "add a rule")]
    public void Build_OnAKernelWithoutAPart_IsRefusedWithTheCure(ushort type, int error, string expected)
    {
        _node.Refusals[type] = error;
        var refusal = Should.Throw<RedirectRefusal>(() => HostPodsRedirect.Build(Table));
        refusal.Message.ShouldContain(expected);
        refusal.Message.ShouldContain(error == 1 ? "network namespace" : "hostPods.enabled=false");
    }

    public static TheoryData<string, Func<uint, byte[][]>> Hostile => new()
    {
        { "nothing", _ => [] },
        { "confirmations of another transaction for ever", n => [.. Enumerable.Repeat(Confirmation(n + 100), 20_000)] },
        { "confirmations of an earlier transaction for ever", n => [.. Enumerable.Repeat(Confirmation(n - 1), 20_000)] },
        { "the last confirmation only", n => [.. Enumerable.Repeat(Confirmation(n + 3), 20_000)] },
        { "the same confirmation for ever", n => [.. Enumerable.Repeat(Confirmation(n + 1), 20_000)] },
        { "a confirmation without a code", n => [Message(2, n + 1, [])] },
        { "a confirmation of three bytes", n => [Message(2, n + 1, [0, 0, 0])[..19]] },
        { "a refusal of the commit", n => [Message(2, n, [0xea, 0xff, 0xff, 0xff])] },
        { "a refusal of the end", n => [Message(2, n + 4, [0xea, 0xff, 0xff, 0xff])] },
        { "half a header", n => [Confirmation(n + 1)[..15]] },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Confirmation_Invalid_IsNoSuccess(string name, Func<uint, byte[][]> answer)
    {
        var transaction = new NfTransaction(NfTablesMessage.IPv4);
        for (var change = 0; change < 3; change++)
        {
            transaction.Add("change", NfTablesMessage.NewTable, table => table.Text(1, "t"));
        }

        var failure = Should.Throw<Exception>(() => new NfTables(new ScriptedKernel((_, sequence) => answer(sequence))).Commit(transaction));
        (failure is IOException or InvalidDataException).ShouldBeTrue(name);
    }

    // Whatever bytes arrive, reading them ends, and the worst result is an exception that the watch expects.
    [Fact]
    public void Bytes_ChangedAtRandom_ThrowNothingElse()
    {
        var random = new Random(4711);
        var table = new LeaseTable(() => new ScriptedKernel((_, n) => [DamagedBytes.Of(random, [.. Message(NfTablesMessage.NewRule, n, Rule("a", 1, null)), .. Confirmation(n + 1), .. Done(n)])]), IPAddress.Loopback, 1);
        for (var round = 0; round < 5_000; round++)
        {
            foreach (var act in new Action[] { table.Build, () => table.Renew(), table.End, () => table.Read(), () => table.Remove() })
            {
                try
                {
                    act();
                }
                catch (Exception e) when (e is IOException or InvalidDataException)
                {
                    // The only exceptions that the table may throw.
                }
            }
        }
    }

    private static byte[] Confirmation(uint sequence) => Message(2, sequence, new byte[4]);
}
