using System.Buffers.Binary;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Asks the kernel's nf_tables. Answers to other questions are dropped, and what is read for one answer is bounded.</summary>
internal sealed class NfTables(IDatagrams datagrams)
{
    // NLMSG_ERROR and NLMSG_DONE; NLM_F_DUMP_INTR: the rules changed while they were listed.
    private const ushort Error = 2;
    private const ushort Done = 3;
    private const ushort Interrupted = 0x10;

    // NFTA_GEN_ID.
    private const int GenerationId = 1;

    // More than any chain of ours or built-in chain holds; a longer answer leaves the question to iptables.
    private const int MostBytes = 16 * 1024 * 1024;

    // Each datagram counts for a little, so that empty ones can't be read for ever.
    private const int DatagramCost = 1024;

    private uint _sequence;

    /// <summary>Takes one object of an answer: its family and its attributes.</summary>
    public delegate void Take(byte family, ReadOnlySpan<byte> attributes);

    /// <summary>The number of the rules' last change, of all tables and families.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer can't be read.</exception>
    public uint Generation()
    {
        uint? generation = null;
        Ask(NfTablesMessage.GetGeneration, NfTablesMessage.NewGeneration, NfTablesMessage.AnyFamily, dump: false, Read);
        return generation ?? throw new InvalidDataException("the kernel told no generation");

        void Read(byte family, ReadOnlySpan<byte> attributes)
        {
            for (var attribute = new NetlinkAttributes(attributes); attribute.MoveNext();)
            {
                generation = attribute.Type == GenerationId ? attribute.Number : generation;
            }
        }
    }

    /// <summary>The rules of a chain in their order; none where there is no such chain.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer can't be read.</exception>
    public void Rules(byte family, string table, string chain, Take take) =>
        Ask(NfTablesMessage.GetRule, NfTablesMessage.NewRule, family, dump: true, take, table, chain);

    /// <summary>The chains of all tables and families.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer can't be read.</exception>
    public void Chains(Take take) =>
        Ask(NfTablesMessage.GetChain, NfTablesMessage.NewChain, NfTablesMessage.AnyFamily, dump: true, take);

    private void Ask(ushort question, ushort answer, byte family, bool dump, Take take, params ReadOnlySpan<string> texts)
    {
        var sequence = ++_sequence;
        datagrams.Send(NfTablesMessage.Question(question, family, sequence, dump, texts));
        for (var read = 0; read < MostBytes;)
        {
            var datagram = datagrams.Receive();
            read += datagram.Length + DatagramCost;
            if (TakeAll(datagram, sequence, answer, dump, take))
            {
                return;
            }
        }

        throw new InvalidDataException("a netlink answer does not end");
    }

    /// <summary>Whether the answer ended in this datagram.</summary>
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
                throw new IOException($"the kernel refused a question about nf_tables (error {Code(message.Body)})");
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
        : throw new InvalidDataException("a message of nf_tables is too short");

    private static int Code(ReadOnlySpan<byte> body) => body.Length >= sizeof(int) ? -BinaryPrimitives.ReadInt32LittleEndian(body) : 0;
}
