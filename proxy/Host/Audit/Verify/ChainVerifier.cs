using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Verify;

/// <summary>Checks one chain through its segments.</summary>
internal sealed class ChainVerifier
{
    private readonly ChainReport _report;
    private readonly string _instance;
    private readonly ILookup<long, KnownHead> _known;
    private readonly AuditLine _fields = new();
    private readonly byte[] _hash = new byte[64];
    private string _head = ChainHash.Genesis;
    private string _place = "";
    private long _seq;
    private bool _begun;
    private int _first;

    public ChainVerifier(ChainReport report, string instance, IEnumerable<KnownHead> known)
    {
        _report = report;
        _instance = instance;
        _known = known.ToLookup(head => head.Seq);
    }

    /// <summary>The number of the last line.</summary>
    public long LastSeq => _seq;

    /// <summary>The number of the first line that still exists.</summary>
    public long FirstSeq { get; private set; }

    /// <summary>The hash in the first line's <c>prev</c>.</summary>
    public string FirstPrev { get; private set; } = "";

    /// <summary>The place of the first line.</summary>
    public string FirstPlace { get; private set; } = "";

    /// <summary>Whether the first line is an event about records that went to stdout.</summary>
    public bool BeginsWithRecovery { get; private set; }

    public void Read(SegmentEntry segment)
    {
        _first = _first == 0 ? segment.Name.Number : _first;
        var file = Path.GetFileName(segment.Path);
        using var lines = new SegmentReader(segment.Open());
        for (long number = 1; lines.TryRead(out var line); number++)
        {
            if (lines.Torn)
            {
                _report.Notes.Add($"{file}:{number}: a torn line of {line.Length} bytes at the end, as after a crash");
                return;
            }

            ReadLine(line, $"{file}:{number}");
        }
    }

    private void ReadLine(ReadOnlySpan<byte> line, string place)
    {
        if (!_fields.TryParse(line) || !_fields.TryGetNumber(line, AuditField.Seq, out var number))
        {
            _report.Problems.Add($"{place}: this line is not a record");
            return;
        }

        _report.Records++;
        var seq = (long)number;
        CheckOrigin(line, place);
        CheckLink(line, seq, place);
        ChainHash.Of(line, _hash);
        _head = Encoding.ASCII.GetString(_hash);
        _seq = seq;
        _place = place;
        _begun = true;
        CheckKnown(place);
        if (_fields.Get(line, AuditField.Event).SequenceEqual("segments-removed"u8))
        {
            ReadRemoval(line);
        }
    }

    private void CheckOrigin(ReadOnlySpan<byte> line, string place)
    {
        if (_fields.GetText(line, AuditField.Instance) != _instance)
        {
            _report.Problems.Add($"{place}: this record belongs to instance {_fields.GetText(line, AuditField.Instance)}, but its segment belongs to {_instance}");
        }

        if (_fields.GetText(line, AuditField.Node) is { } node)
        {
            _report.Nodes.Add(node);
        }
    }

    private void CheckLink(ReadOnlySpan<byte> line, long seq, string place)
    {
        if (!_begun)
        {
            CheckBeginning(line, seq, place);
            return;
        }

        if (seq == _seq + 1)
        {
            if (_fields.GetText(line, AuditField.Prev) != _head)
            {
                _report.Problems.Add($"{_place}: seq {_seq} was edited: its hash differs from the one in seq {seq}");
            }
        }
        else if (seq <= _seq)
        {
            _report.Problems.Add($"{place}: seq {seq} comes after seq {_seq}: a line was moved or duplicated");
        }
        else if (IsRecovery(line, seq))
        {
            _report.Notes.Add($"{place}: seq {_seq + 1} to {seq - 1} went to stdout while the directory could not be written");
        }
        else
        {
            _report.Problems.Add($"{place}: seq {_seq + 1} to {seq - 1} are missing before this line");
        }
    }

    private void CheckBeginning(ReadOnlySpan<byte> line, long seq, string place)
    {
        FirstSeq = seq;
        FirstPrev = _fields.GetText(line, AuditField.Prev) ?? "";
        FirstPlace = place;
        BeginsWithRecovery = _fields.Get(line, AuditField.Event).SequenceEqual("audit-recovered"u8);
        if (_first == 1 && seq > 1 && !IsRecovery(line, seq))
        {
            _report.Problems.Add($"{place}: seq 1 to {seq - 1} are missing before this line");
        }

        if (seq == 1 && _fields.GetText(line, AuditField.Prev) != ChainHash.Genesis)
        {
            _report.Problems.Add($"{place}: the first record of instance {_instance} names a previous record");
        }
    }

    // The event names the numbers that went to stdout. The event itself is part of the chain.
    private bool IsRecovery(ReadOnlySpan<byte> line, long seq)
    {
        return ChainHead.Parse(line) is JsonObject fields
            && _fields.Get(line, AuditField.Event).SequenceEqual("audit-recovered"u8)
            && Number(fields["firstSeq"]) == _seq + 1
            && Number(fields["lastSeq"]) == seq - 1;
    }

    private void CheckKnown(string place)
    {
        foreach (var known in _known[_seq])
        {
            if (known.Hash == _head)
            {
                _report.CheckpointsMatched++;
            }
            else
            {
                _report.Problems.Add($"{place}: seq {_seq} differs from the record that {known.Source} names: the log was rewritten");
            }
        }
    }

    private static long? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue(out long number) ? number : null;

    private void ReadRemoval(ReadOnlySpan<byte> line)
    {
        if (ChainHead.Parse(line) is not JsonObject fields)
        {
            return;
        }

        foreach (var head in ChainHead.ToldBy(fields))
        {
            _report.RemovedHeads.Add(head);
            if (SegmentName.Parse(head.Segment) is { } last)
            {
                _report.Removed.Add(last);
            }
        }

        foreach (var name in fields["segments"] as JsonArray ?? [])
        {
            if (name is JsonValue value && value.TryGetValue(out string? text) && SegmentName.Parse(text) is { } segment)
            {
                _report.Removed.Add(segment);
            }
        }
    }
}
