using ImdsProxy.Redirect.Kernel;
using Shouldly;
using Xunit;
using static ImdsProxy.Host.Tests.Redirect.NetlinkBytes;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>The reader of netlink answers is strict: it rejects invalid answers.</summary>
public sealed class NfTablesTests
{
    private static byte[] Generation(uint sequence, int id) =>
        Message(NfTablesMessage.NewGeneration, sequence, Family(0, Number(1, id), Text(3, "iptables")), flags: 0);

    [Fact]
    public void Generation_Answered_IsRead() =>
        new NfTables(new ScriptedKernel((_, sequence) => [Generation(sequence, 4711)])).Generation().ShouldBe(4711u);

    [Fact]
    public void Answer_ToAnotherRequest_IsDropped()
    {
        var tables = new NfTables(new ScriptedKernel((_, sequence) =>
            [Generation(sequence + 1, 1), [.. Generation(sequence - 1, 2), .. Generation(sequence, 3)]]));
        tables.Generation().ShouldBe(3u);
        tables.Generation().ShouldBe(3u);
    }

    public static TheoryData<string, Func<uint, byte[][]>> Hostile => new()
    {
        { "nothing", _ => [] },
        { "an empty datagram for ever", _ => [.. Enumerable.Repeat(Array.Empty<byte>(), 20_000)] },
        { "answers to another request for ever", n => [.. Enumerable.Repeat(Generation(n + 1, 1), 20_000)] },
        { "half a header", n => [Generation(n, 1)[..15]] },
        { "a message without a length", n => [With(Generation(n, 1), 0, 0, 0, 0, 0)] },
        { "a message shorter than its header", n => [With(Generation(n, 1), 0, 15, 0, 0, 0)] },
        { "a message longer than the datagram", n => [With(Generation(n, 1), 0, 0xff, 0xff, 0, 0)] },
        { "a message of negative length", n => [With(Generation(n, 1), 0, 0xf0, 0xff, 0xff, 0xff)] },
        { "no family", n => [Message(NfTablesMessage.NewGeneration, n, [0, 0])] },
        { "an attribute without a length", n => [Message(NfTablesMessage.NewGeneration, n, [0, 0, 0, 0, 0, 0, 1, 0])] },
        { "an attribute longer than the message", n => [Message(NfTablesMessage.NewGeneration, n, [0, 0, 0, 0, 9, 0, 1, 0, 1, 2, 3, 4])] },
        { "half an attribute", n => [Message(NfTablesMessage.NewGeneration, n, [0, 0, 0, 0, 4, 0])] },
        { "a number of three bytes", n => [Message(NfTablesMessage.NewGeneration, n, Family(0, Attribute(1, 1, 2, 3)))] },
        { "no generation in it", n => [Message(NfTablesMessage.NewGeneration, n, Family(0, Text(3, "x")))] },
        { "another kind of answer, and its end", n => [Message(NfTablesMessage.NewRule, n, Family(0)), Done(n)] },
        { "an error", n => [Message(2, n, [0xff, 0xff, 0xff, 0xff])] },
        { "an error without a code", n => [Message(2, n, [])] },
        { "an interrupted answer", n => [Message(NfTablesMessage.NewGeneration, n, Family(0, Number(1, 1)), flags: 0x10)] },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Answer_Invalid_GivesNoVersion(string name, Func<uint, byte[][]> answer)
    {
        var detector = new NftChangeDetector(() => new ScriptedKernel((_, sequence) => answer(sequence)));
        detector.Version().ShouldBeNull(name);
    }

    // Whatever bytes arrive, reading them ends, and the worst result is "no answer".
    [Fact]
    public void Bytes_ChangedAtRandom_ThrowNothingElse()
    {
        var random = new Random(4711);
        for (var round = 0; round < 20_000; round++)
        {
            new NftChangeDetector(() => new ScriptedKernel((type, n) => [Damaged(random, [.. Message(NfTablesMessage.NewRule, n, Rule("a", 1, "IMDS-PROXY-RAW")), .. Done(n)])])).Fingerprint(Rules.Wanted);
            try
            {
                NatHooks.Find(new NfTables(new ScriptedKernel((_, n) =>
                    [Damaged(random, [.. Message(NfTablesMessage.NewChain, n, Chain(NfTablesMessage.IPv4, "t", "c", "nat", 0, -150)), .. Done(n)])])));
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                // The only exceptions that the reader may throw.
            }
        }
    }

    public static TheoryData<string, byte[][], bool, bool> Changes => new()
    {
        { "the same", [Rule("a", 1, null), Rule("b", 1, "IMDS-PROXY-RAW")], true, false },
        { "more packets seen", [Rule("a", 77, null), Rule("b", 99, "IMDS-PROXY-RAW")], true, false },
        { "another rule before ours", [Rule("x", 1, null), Rule("a", 1, null), Rule("b", 1, "IMDS-PROXY-RAW")], false, false },
        { "another product's chain before ours", [Rule("a", 1, null), Rule("x", 1, "cali-PREROUTING"), Rule("b", 1, "IMDS-PROXY-RAW")], false, true },
        { "another product's chain after ours", [Rule("a", 1, null), Rule("b", 1, "IMDS-PROXY-RAW"), Rule("x", 1, "cali-PREROUTING")], false, false },
        { "a rule in another place", [Rule("b", 1, "IMDS-PROXY-RAW"), Rule("a", 1, null)], false, false },
        { "our jump gone", [Rule("a", 1, null)], false, false },
        { "no rule left", [], false, false },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Fingerprint_OfChangedRules_IgnoresOnlyCounters(string name, byte[][] rules, bool same, bool othersFirst)
    {
        var before = LookAt([Rule("a", 1, null), Rule("b", 1, "IMDS-PROXY-RAW")]);
        var now = LookAt(rules);
        (now.Digest == before.Digest).ShouldBe(same, name);
        now.OthersFirst.ShouldBe(othersFirst, name);
    }

    public static TheoryData<string, byte[], string?> Chains => new()
    {
        { "before ours", Chain(NfTablesMessage.IPv4, "t", "early", "nat", 0, -150), "nft ip t early (priority -150)" },
        { "in the family of both protocols", Chain(NfTablesMessage.Inet, "t", "early", "nat", 0, -101), "nft inet t early (priority -101)" },
        { "at our place", Chain(NfTablesMessage.IPv4, "kube-proxy", "nat-prerouting", "nat", 0, -100), "nft ip kube-proxy nat-prerouting (priority -100)" },
        { "iptables' own", Chain(NfTablesMessage.IPv4, "nat", "PREROUTING", "nat", 0, -100), null },
        { "after ours", Chain(NfTablesMessage.IPv4, "t", "late", "nat", 0, -99), null },
        { "at another hook", Chain(NfTablesMessage.IPv4, "t", "out", "nat", 3, -150), null },
        { "of another type", Chain(NfTablesMessage.IPv4, "t", "f", "filter", 0, -150), null },
        { "of IPv6", Chain(10, "t", "six", "nat", 0, -150), null },
        { "not hooked", Chain(NfTablesMessage.IPv4, "t", "plain", null, 0, 0), null },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void NatChain_ThatMayRunFirst_IsFound(string name, byte[] chain, string? found)
    {
        var hooks = NatHooks.Find(new NfTables(new ScriptedKernel((type, n) => type == NfTablesMessage.GetChain
            ? [Message(NfTablesMessage.NewChain, n, chain), Done(n)]
            : [Message(NfTablesMessage.NewRule, n, Rule("a", 1, null)), Done(n)])));
        string.Join(", ", hooks).ShouldBe(found ?? "", name);
    }

    private static ChainsFingerprint LookAt(byte[][] rules) => new NftChangeDetector(() => new ScriptedKernel((_, n) =>
        [.. rules.Select(r => Message(NfTablesMessage.NewRule, n, r)), Done(n)])).Fingerprint([Rules.Wanted[0]])!.Value;

    private static byte[] With(byte[] bytes, int at, params byte[] other)
    {
        other.CopyTo(bytes, at);
        return bytes;
    }

    private static byte[] Damaged(Random random, byte[] bytes)
    {
        for (var change = random.Next(4); change > 0; change--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)];
    }
}
