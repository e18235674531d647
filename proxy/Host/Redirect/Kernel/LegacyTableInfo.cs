using System.Buffers.Binary;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>The description of a legacy table that <c>IPT_SO_GET_INFO</c> returns (<c>struct ipt_getinfo</c>).</summary>
internal readonly ref struct LegacyTableInfo
{
    public const int NameLength = 32;
    public const int Length = 84;

    // Offsets: the set of hooks, the first rule of each built-in chain, its policy, and the size of all entries.
    private const int ValidHooks = 32;
    private const int Entries = 36;
    private const int Policies = 56;
    private const int SizeOffset = 80;

    // In the order of enum nf_inet_hooks.
    private static readonly string[] Hooks = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

    private readonly ReadOnlySpan<byte> _info;

    /// <exception cref="InvalidDataException">The answer is incomplete.</exception>
    public LegacyTableInfo(ReadOnlySpan<byte> info) =>
        _info = info.Length == Length ? info : throw new InvalidDataException("the kernel's answer about a table has the wrong length");

    public long Size => BinaryPrimitives.ReadUInt32LittleEndian(_info[SizeOffset..]);

    /// <summary>The offsets of a built-in chain's first rule and of its policy.</summary>
    /// <exception cref="InvalidDataException">The table has no such chain.</exception>
    public (int First, int Policy) Chain(string hook)
    {
        var number = Array.IndexOf(Hooks, hook);
        if (number < 0 || (Number(ValidHooks) & (1 << number)) == 0)
        {
            throw new InvalidDataException($"the table has no chain {hook}");
        }

        var (first, policy) = (Number(Entries + (number * sizeof(int))), Number(Policies + (number * sizeof(int))));
        return first <= policy ? (first, policy) : throw new InvalidDataException($"the chain {hook} ends before it begins");
    }

    private int Number(int offset) => BinaryPrimitives.ReadInt32LittleEndian(_info[offset..]);
}
