using System.Text.Json.Nodes;
using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Verify;

/// <summary>Checks that a directory of segments is unchanged, as far as its chains and the given checkpoints prove it.</summary>
internal sealed class AuditVerifier
{
    private readonly Dictionary<string, List<KnownHead>> _known = new(StringComparer.Ordinal);
    private readonly List<(string? Node, string Instance, KnownHead Head)> _checkpoints = [];
    private ChainReport _report = new();

    /// <summary>Adds exported checkpoints from collected lines of stdout or an OTLP receiver. Other lines are ignored.</summary>
    public void AddCheckpoints(TextReader lines)
    {
        while (lines.ReadLine() is { } line)
        {
            // A container runtime may have put a prefix before the record.
            var start = line.IndexOf("{\"ts\":", StringComparison.Ordinal);
            if (start >= 0 && Parse(line[start..]) is JsonObject fields && Text(fields, "event") == AuditEvents.CheckpointName)
            {
                AddCheckpoint(fields);
            }
        }
    }

    /// <summary>Reads all segments of a directory.</summary>
    public ChainReport Verify(string directory)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            try
            {
                return Read(directory);
            }
            catch (FileNotFoundException e) when (gone.Add(e.FileName ?? ""))
            {
                // Retention has removed the segment since the directory was listed, so the directory is read again. A file that is
                // listed again but still missing was not removed by retention.
                _report = new ChainReport();
                _known.Clear();
            }
        }
    }

    private ChainReport Read(string directory)
    {
        var chains = SegmentEntry.ReadAll(directory).GroupBy(segment => segment.Name.Instance, StringComparer.Ordinal)
            .Select(chain => chain.OrderBy(segment => segment.Name.Number).ToList())
            .ToDictionary(chain => chain[0].Name.Instance, StringComparer.Ordinal);
        foreach (var first in chains.Values.Select(chain => chain[0]).Where(segment => segment.Name.Number == 1))
        {
            ReadBeginning(first);
        }

        AssignCheckpoints(chains);
        var ends = chains.ToDictionary(chain => chain.Key, chain => Follow(chain.Key, chain.Value), StringComparer.Ordinal);
        foreach (var chain in chains)
        {
            CheckSegments(chain.Value);
            CheckAfterRemoval(chain.Value[0].Name, ends[chain.Key]);
        }

        CheckEnds(chains, ends);
        return _report;
    }

    private void AddCheckpoint(JsonObject fields)
    {
        if (Text(fields, "instance") is { } instance && Text(fields, "hash") is { } hash && fields["seq"] is JsonValue seq && seq.TryGetValue(out long number))
        {
            _checkpoints.Add((Text(fields, "node"), instance, new KnownHead(number, hash, $"the checkpoint of {Text(fields, "ts")}", null)));
        }
    }

    // Four hex digits identify an instance on one node, but not in a fleet.
    private void AssignCheckpoints(Dictionary<string, List<SegmentEntry>> chains)
    {
        var node = chains.Values.Select(chain => FirstLine(chain[0])).OfType<JsonObject>().Select(line => Text(line, "node")).FirstOrDefault();
        foreach (var (from, instance, head) in _checkpoints)
        {
            if (from == node || node is null || from is null)
            {
                Know(instance, head);
            }
            else
            {
                _report.CheckpointsOfOthers++;
            }
        }
    }

    // The event need not be the first line: if the directory could not be written at the start, events about that failure come
    // first.
    private void ReadBeginning(SegmentEntry first)
    {
        const int most = 4;
        using var lines = new SegmentReader(first.Open());
        for (var n = 0; n < most && lines.TryRead(out var line); n++)
        {
            if (ChainHead.Parse(line) is JsonObject fields && Text(fields, "event") == AuditEvents.ChainBeganName)
            {
                foreach (var head in ChainHead.ToldBy(fields))
                {
                    Know(head.Instance, new KnownHead(head.Seq, head.Hash, $"the first record of instance {first.Name.Instance}", head.Segment));
                }
            }
        }
    }

    private void Know(string instance, KnownHead head)
    {
        if (!_known.TryGetValue(instance, out var heads))
        {
            _known[instance] = heads = [];
        }

        heads.Add(head);
    }

    private ChainVerifier Follow(string instance, List<SegmentEntry> segments)
    {
        var verifier = new ChainVerifier(_report, instance, _known.GetValueOrDefault(instance) ?? []);
        foreach (var segment in segments)
        {
            verifier.Read(segment);
        }

        _report.Chains++;
        _report.Segments += segments.Count;
        return verifier;
    }

    // Called after all chains are read, because the event that explains a gap may be in any of them.
    private void CheckSegments(List<SegmentEntry> segments)
    {
        var before = 0;
        foreach (var name in segments.Select(segment => segment.Name))
        {
            if (name.Number != before + 1)
            {
                var explained = _report.Removed.Any(removed => removed.Instance == name.Instance && removed.Number == name.Number - 1);
                var missing = $"{Count(before + 1, name.Number - 1)} of instance {name.Instance} before it";
                (explained ? _report.Notes : _report.Problems).Add(explained
                    ? $"{name}: retention removed {missing}{_report.RemovedOf(name.Instance)}, according to segments-removed"
                    : $"{name}: no segments-removed event explains the missing {missing}");
            }

            before = name.Number;
        }
    }

    private void CheckAfterRemoval(SegmentName first, ChainVerifier chain)
    {
        foreach (var removed in _report.RemovedHeads.Where(head => head.Instance == first.Instance && SegmentName.Parse(head.Segment)?.Number == first.Number - 1))
        {
            if (!chain.BeginsWithRecovery && (chain.FirstSeq != removed.Seq + 1 || chain.FirstPrev != removed.Hash))
            {
                _report.Problems.Add($"{chain.FirstPlace}: this line does not continue from seq {removed.Seq}, the last record that retention removed: records are missing before it");
            }
        }
    }

    private static string Count(int first, int last) => first == last ? $"segment {first}" : $"segments {first} to {last}";

    private void CheckEnds(Dictionary<string, List<SegmentEntry>> chains, Dictionary<string, ChainVerifier> ends)
    {
        foreach (var (instance, heads) in _known)
        {
            var newest = heads.MaxBy(head => head.Seq)!;
            if (!chains.ContainsKey(instance))
            {
                CheckMissing(instance, newest);
            }
            else if (newest.Seq > ends[instance].LastSeq)
            {
                _report.Problems.Add($"instance {instance}: ends at seq {ends[instance].LastSeq}, but {newest.Source} names seq {newest.Seq}: the end of the chain is missing");
            }
        }
    }

    private void CheckMissing(string instance, KnownHead head)
    {
        var removed = _report.Removed.Where(segment => segment.Instance == instance).Select(segment => segment.Number).DefaultIfEmpty().Max();
        var last = SegmentName.Parse(head.Segment ?? "")?.Number ?? 1;
        var explained = removed >= last;
        (explained ? _report.Notes : _report.Problems).Add(
            $"instance {instance}: {(explained ? $"retention removed its whole chain{_report.RemovedOf(instance)}, according to segments-removed" : $"its whole chain is missing, but {head.Source} names its seq {head.Seq}")}");
    }

    private static JsonObject? FirstLine(SegmentEntry segment)
    {
        using var lines = new SegmentReader(segment.Open());
        return lines.TryRead(out var line) ? ChainHead.Parse(line) as JsonObject : null;
    }

    private static JsonNode? Parse(string line) => ChainHead.Parse(System.Text.Encoding.UTF8.GetBytes(line));

    private static string? Text(JsonObject fields, string key) => ChainHead.Text(fields, key);
}
