using System.Buffers.Binary;
using ImdsProxy.Redirect.Kernel;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>The reader of legacy tables is strict: it rejects invalid offsets.</summary>
public sealed class LegacyFingerprintTests
{
    private const string Ours = "IMDS-PROXY-RAW";

    private static readonly (string, string[])[] Chains = [("KUBE-X", ["k"]), (Ours, ["one", "two"])];

    private static (byte[] Info, byte[] Entries) Usual => LegacyBytes.Raw([("a", 1, null), ("b", 1, Ours), ("c", 1, "KUBE-X")], Chains);

    public static TheoryData<string, (string, int, string?)[], (string, string[])[], bool, bool> Changes => new()
    {
        { "the same", [("a", 1, null), ("b", 1, Ours), ("c", 1, "KUBE-X")], Chains, true, false },
        { "more packets seen", [("a", 7, null), ("b", 8, Ours), ("c", 9, "KUBE-X")], Chains, true, false },
        { "more rules in another's chain", [("a", 1, null), ("b", 1, Ours), ("c", 1, "KUBE-X")], [("KUBE-X", ["k", "l"]), (Ours, ["one", "two"])], true, false },
        { "another rule before ours", [("x", 1, null), ("a", 1, null), ("b", 1, Ours), ("c", 1, "KUBE-X")], Chains, false, false },
        { "another's chain before ours", [("a", 1, null), ("c", 1, "KUBE-X"), ("b", 1, Ours)], Chains, false, true },
        { "a jump to another chain", [("a", 1, null), ("b", 1, Ours), ("c", 1, "KUBE-Y")], [("KUBE-Y", ["k"]), (Ours, ["one", "two"])], false, false },
        { "our jump gone", [("a", 1, null), ("c", 1, "KUBE-X")], Chains, false, true },
        { "a rule of ours gone", [("a", 1, null), ("b", 1, Ours), ("c", 1, "KUBE-X")], [("KUBE-X", ["k"]), (Ours, ["one"])], false, false },
        { "our rules in another order", [("a", 1, null), ("b", 1, Ours), ("c", 1, "KUBE-X")], [("KUBE-X", ["k"]), (Ours, ["two", "one"])], false, false },
        { "no rule left", [], Chains, false, false },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Fingerprint_OfAChangedTable_IgnoresOnlyCountersAndOffsets(
        string name, (string, int, string?)[] rules, (string, string[])[] chains, bool same, bool othersFirst)
    {
        var (digest, first) = FingerprintOf(LegacyBytes.Raw(rules, chains));
        (digest == FingerprintOf(Usual).Digest).ShouldBe(same, name);
        first.ShouldBe(othersFirst, name);
    }

    public static TheoryData<string, Action<byte[], byte[]>> Hostile => new()
    {
        { "no such chain", (info, _) => info[32] = 0 },
        { "the chain begins before the table", (info, _) => Write(info, 36, -1) },
        { "the chain begins after the table", (info, _) => Write(info, 36, int.MaxValue) },
        { "the chain does not end in the table", (info, _) => Write(info, 56, int.MaxValue) },
        { "an entry without a length", (_, entries) => entries.AsSpan(90, 2).Clear() },
        { "an entry longer than the table", (_, entries) => entries.AsSpan(90, 2).Fill(0xff) },
        { "a target inside the header", (_, entries) => entries[88] = 100 },
        { "a target after the entry", (_, entries) => entries.AsSpan(88, 2).Fill(0xff) },
        { "a jump into the middle of a rule", (_, entries) => Write(entries, 113 + 32, 200) },
        { "a jump behind the table", (_, entries) => Write(entries, 113 + 32, int.MaxValue) },
        { "a jump to the first bytes", (_, entries) => Write(entries, 113 + 32, 3) },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Table_Invalid_IsRejected(string name, Action<byte[], byte[]> damage)
    {
        var table = Usual;
        damage(table.Info, table.Entries);
        Should.Throw<InvalidDataException>(() => FingerprintOf(table), name);
    }

    [Fact]
    public void Bytes_ChangedAtRandom_ThrowNothingElse()
    {
        var random = new Random(4711);
        for (var round = 0; round < 20_000; round++)
        {
            var (info, entries) = Usual;
            for (var change = 0; change < 3; change++)
            {
                info[random.Next(32, info.Length)] = (byte)random.Next(256);
                entries[random.Next(entries.Length)] = (byte)random.Next(256);
            }

            try
            {
                FingerprintOf((info, entries[..random.Next(entries.Length + 1)]));
            }
            catch (InvalidDataException)
            {
                // The only exception that the reader may throw.
            }
        }
    }

    private static (UInt128 Digest, bool OthersFirst) FingerprintOf((byte[] Info, byte[] Entries) table)
    {
        using var digest = new ChainDigest();
        var othersFirst = LegacyFingerprint.AddTo(digest, new LegacyTableInfo(table.Info), new LegacyEntries(table.Entries), Rules.Wanted[0]);
        return (digest.End(), othersFirst);
    }

    private static void Write(byte[] bytes, int at, int number) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), number);
}
