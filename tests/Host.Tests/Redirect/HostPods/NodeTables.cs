using System.Buffers.Binary;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Runtime.Netlink;
using static ImdsProxy.Host.Tests.Redirect.NetlinkBytes;

namespace ImdsProxy.Host.Tests.Redirect.HostPods;

/// <summary>A kernel with at most one table, that of the lease. The lease never expires by itself.</summary>
internal sealed class NodeTables : IDatagrams
{
    private const int NotFound = 2;

    private readonly Queue<byte[]> _answers = new();
    private List<byte[]> _chains = [];
    private List<byte[]> _rules = [];
    private bool _justDeleted;

    public bool HasTable { get; private set; }

    public bool HasLease { get; private set; }

    /// <summary>How often the lease was added anew, so that its time started again.</summary>
    public int Renewals { get; private set; }

    /// <summary>The error number with which each request of a type is refused.</summary>
    public Dictionary<ushort, int> Refusals { get; } = [];

    public void Send(ReadOnlySpan<byte> datagram)
    {
        for (var message = new NetlinkMessages(datagram); message.MoveNext();)
        {
            Take(message.Type, message.Flags, message.Sequence, message.Body.ToArray());
        }
    }

    public ReadOnlySpan<byte> Receive() => _answers.TryDequeue(out var next) ? next : throw new IOException("no netlink answer");

    /// <summary>Flushes all rules, as <c>nft flush ruleset</c> does.</summary>
    public void Flush() => (HasTable, HasLease, _chains, _rules) = (false, false, [], []);

    public void AddRule() => _rules.Add(_rules[0]);

    public void ForgetRules(string? chain = null) => _rules.RemoveAll(rule => chain is null || ChainOf(rule) == chain);

    private void Take(ushort type, ushort flags, uint sequence, byte[] body)
    {
        if (type < 256)
        {
            return;
        }

        if ((flags & 0x300) == 0x300 && type is NfTablesMessage.GetRule or NfTablesMessage.GetChain or NfTablesMessage.GetElement)
        {
            var (answer, objects) = type switch
            {
                NfTablesMessage.GetRule => (NfTablesMessage.NewRule, _rules.Where(rule => ChainOf(rule) == ChainOf(body)).ToList()),
                NfTablesMessage.GetChain => (NfTablesMessage.NewChain, _chains),
                _ => (NfTablesMessage.NewElement, HasLease ? new List<byte[]> { Family(NfTablesMessage.IPv4) } : []),
            };
            _answers.Enqueue([.. objects.SelectMany(o => Message(answer, sequence, o)), .. Done(sequence)]);
            return;
        }

        var error = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(error, -(Refusals.GetValueOrDefault(type) is var refusal and > 0 ? refusal : Change(type, body)));
        _answers.Enqueue(Message(2, sequence, error));
    }

    // NFTA_RULE_CHAIN, after struct nfgenmsg.
    private static string ChainOf(byte[] rule)
    {
        var attribute = new NetlinkAttributes(rule.AsSpan(4));
        while (attribute.Type != 2 && attribute.MoveNext())
        {
        }

        return attribute.Text;
    }

    private int Change(ushort type, byte[] body)
    {
        if (type == NfTablesMessage.NewTable)
        {
            HasTable = true;
            return 0;
        }

        if (!HasTable)
        {
            return NotFound;
        }

        _justDeleted &= type == NfTablesMessage.NewElement;
        switch (type)
        {
            case NfTablesMessage.DeleteTable:
                Flush();
                break;
            case NfTablesMessage.NewChain:
                _chains.Add(body);
                break;
            case NfTablesMessage.NewRule:
                _rules.Add(body);
                break;
            case NfTablesMessage.NewElement:
                Renewals += _justDeleted ? 1 : 0;
                (HasLease, _justDeleted) = (true, false);
                break;
            case NfTablesMessage.DeleteElement:
                (HasLease, _justDeleted) = (false, true);
                break;
        }

        return 0;
    }
}
