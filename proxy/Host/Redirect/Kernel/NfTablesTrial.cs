using System.Buffers.Binary;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>What the kernel's native nftables can do.</summary>
/// <param name="Nat">Whether chains can translate addresses.</param>
/// <param name="TimedSets">Whether the elements of a set can expire by themselves.</param>
internal readonly record struct NfTablesTrial(bool Nat, bool TimedSets)
{
    // One request each: the start of the batch has the first number, the table the second.
    private const uint Start = 1;
    private const uint Table = 2;
    private const uint Chain = 3;
    private const uint Set = 4;

    private const ushort Error = 2;

    /// <summary>
    /// Sends a batch that would create a table, a NAT chain and a set, but does not end the batch. The kernel checks the requests,
    /// loads the modules that they need, and then discards them all (nfnetlink_rcv_batch).
    /// </summary>
    /// <exception cref="IOException">The kernel gave no answer, or this process lacks the capability NET_ADMIN.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public static NfTablesTrial Run(IDatagrams kernel)
    {
        kernel.Send(NfTablesBatch.OfTrial(Start, Table, Chain, Set));
        var errors = new Dictionary<uint, int>();
        while (errors.Count < 3 && !errors.ContainsKey(Start))
        {
            for (var message = new NetlinkMessages(kernel.Receive()); message.MoveNext();)
            {
                if (message.Type == Error && message.Body.Length >= sizeof(int))
                {
                    errors[message.Sequence] = -BinaryPrimitives.ReadInt32LittleEndian(message.Body);
                }
            }
        }

        if (errors.TryGetValue(Start, out var refusal) || (errors.TryGetValue(Table, out refusal) && refusal != 0))
        {
            throw new IOException($"the kernel refused a request to nf_tables (error {refusal})");
        }

        return new NfTablesTrial(errors.GetValueOrDefault(Chain) == 0, errors.GetValueOrDefault(Set) == 0);
    }
}
