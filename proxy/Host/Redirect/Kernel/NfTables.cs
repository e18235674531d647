using System.Buffers.Binary;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Queries the kernel's nf_tables. Answers to other requests are dropped, and the bytes read for one answer are bounded.</summary>
internal sealed class NfTables(IDatagrams datagrams)
{
    // NLMSG_ERROR, NLMSG_DONE and NLM_F_DUMP_INTR. The last flag means that the rules changed during the dump.
    private const ushort Error = 2;
    private const ushort Done = 3;
    private const ushort Interrupted = 0x10;

    // NFTA_GEN_ID.
    private const int GenerationId = 1;

    // No chain that is read holds more. If an answer is longer, iptables is used instead.
    private const int MaxBytes = 16 * 1024 * 1024;

    // Each datagram counts as at least this many bytes, so that empty datagrams can't be read forever.
    private const int DatagramCost = 1024;

    private uint _sequence;

    /// <summary>Receives one object of an answer: its family and its attributes.</summary>
    public delegate void Take(byte family, ReadOnlySpan<byte> attributes);

    /// <summary>The number of the last change of any rule, in all tables and families.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public uint Generation()
    {
        uint? generation = null;
        Ask(NfTablesMessage.GetGeneration, NfTablesMessage.NewGeneration, NfTablesMessage.AnyFamily, dump: false, Read);
        return generation ?? throw new InvalidDataException("the kernel returned no generation");

        void Read(byte family, ReadOnlySpan<byte> attributes)
        {
            for (var attribute = new NetlinkAttributes(attributes); attribute.MoveNext();)
            {
                generation = attribute.Type == GenerationId ? attribute.Number : generation;
            }
        }
    }

    /// <summary>Reads the rules of a chain in order. If the chain does not exist, there are no rules.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public void Rules(byte family, string table, string chain, Take take) =>
        Ask(NfTablesMessage.GetRule, NfTablesMessage.NewRule, family, dump: true, take, table, chain);

    /// <summary>The chains of all tables and families.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public void Chains(Take take) =>
        Ask(NfTablesMessage.GetChain, NfTablesMessage.NewChain, NfTablesMessage.AnyFamily, dump: true, take);

    /// <summary>The elements of a set. If the set does not exist, the kernel refuses the request.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public void Elements(byte family, string table, string set, Take take) =>
        Ask(NfTablesMessage.GetElement, NfTablesMessage.NewElement, family, dump: true, take, table, set);

    /// <summary>Makes all changes of a transaction, or none.</summary>
    /// <exception cref="KernelRefusal">The kernel refused the transaction.</exception>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public void Commit(NfTransaction transaction)
    {
        // The transaction's first and last message have sequence numbers too.
        var first = _sequence + 1;
        _sequence += (uint)transaction.Count + 2;
        datagrams.Send(transaction.Bytes(first));
        var confirmed = 0;
        for (var read = 0; read < MaxBytes;)
        {
            var datagram = datagrams.Receive();
            read += datagram.Length + DatagramCost;
            confirmed = Confirm(datagram, first, confirmed, transaction);
            if (confirmed == transaction.Count)
            {
                return;
            }
        }

        throw new InvalidDataException("a netlink answer is too long");
    }

    // The kernel confirms each change, in order. An error can also carry the number of the transaction's first or last message.
    private static int Confirm(ReadOnlySpan<byte> datagram, uint first, int confirmed, NfTransaction transaction)
    {
        for (var message = new NetlinkMessages(datagram); message.MoveNext();)
        {
            var number = message.Sequence - first;
            if (message.Type != Error || number > (uint)transaction.Count + 1)
            {
                continue;
            }

            if (message.Body.Length < sizeof(int))
            {
                throw new InvalidDataException("a netlink confirmation is too short");
            }

            if (Code(message.Body) is var code && code != 0)
            {
                throw new KernelRefusal(transaction.Describe((int)number), code);
            }

            confirmed += number == (uint)confirmed + 1 && confirmed < transaction.Count ? 1 : 0;
        }

        return confirmed;
    }

    private void Ask(ushort request, ushort answer, byte family, bool dump, Take take, params ReadOnlySpan<string> texts)
    {
        var sequence = ++_sequence;
        datagrams.Send(NfTablesMessage.Request(request, family, sequence, dump, texts));
        for (var read = 0; read < MaxBytes;)
        {
            var datagram = datagrams.Receive();
            read += datagram.Length + DatagramCost;
            if (TakeAll(datagram, sequence, answer, dump, take))
            {
                return;
            }
        }

        throw new InvalidDataException("a netlink answer is too long");
    }

    /// <returns>Whether the answer ended in this datagram.</returns>
    private static bool TakeAll(ReadOnlySpan<byte> datagram, uint sequence, ushort answer, bool dump, Take take)
    {
        for (var message = new NetlinkMessages(datagram); message.MoveNext();)
        {
            if (message.Sequence != sequence)
            {
                continue;
            }

            if (message.Type == Error)
            {
                throw new IOException($"the kernel refused a request to nf_tables (error {Code(message.Body)})");
            }

            if ((message.Flags & Interrupted) != 0)
            {
                throw new IOException("the rules changed while they were read");
            }

            if (message.Type == answer)
            {
                take(Family(message.Body), message.Body[NfTablesMessage.FamilyHeaderLength..]);
            }

            if (message.Type == Done || (!dump && message.Type == answer))
            {
                return true;
            }
        }

        return false;
    }

    private static byte Family(ReadOnlySpan<byte> body) => body.Length >= NfTablesMessage.FamilyHeaderLength
        ? body[0]
        : throw new InvalidDataException("an nf_tables message is too short");

    private static int Code(ReadOnlySpan<byte> body) => body.Length >= sizeof(int) ? -BinaryPrimitives.ReadInt32LittleEndian(body) : 0;
}
