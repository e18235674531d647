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
