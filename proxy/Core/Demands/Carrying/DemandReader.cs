using System.Text.Json;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Demands.Evidence;
using ImdsProxy.Core.Demands.Reducing;

namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>
/// Reads the lines of a <see cref="DemandWriter"/>. Its result is merged as a whole, after the last line, so an answer that breaks off
/// adds nothing. For use by one thread.
/// </summary>
/// <param name="options">The options of the reducer that receives the result, and of the one that was written.</param>
public sealed class DemandReader(ReduceOptions options)
{
    // A chain or a sample never has more.
    private const int MostPairs = 2 * 4096;

    private readonly ReducedLog _log = new(options);
    private WorkloadRows? _workload;
    private bool _isComplete;

    /// <summary>Takes one line.</summary>
    /// <exception cref="FormatException">It is not such a line, or of another version.</exception>
    public void Add(ReadOnlySpan<byte> line)
    {
        try
        {
            Add(JsonSerializer.Deserialize(line, CarriedJson.Default.CarriedLine) ?? throw new FormatException("a line is empty"));
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException or OverflowException)
        {
            throw new FormatException($"the reduced demands can't be read: {e.Message}", e);
        }
    }

    /// <summary>Merges everything that was read into a reducer, once.</summary>
    /// <exception cref="FormatException">The last line is missing.</exception>
    public void MergeInto(DemandReducer reducer) =>
        reducer.Merge(_isComplete ? _log : throw new FormatException("the reduced demands end too early"));

    private void Add(CarriedLine line)
    {
        if (line.Set != 1 || _isComplete)
        {
            throw new FormatException("a line of the reduced demands is of an unknown kind");
        }

        if (line.Node is { } node)
        {
            AddNode(node);
        }
        else if (line.Workload is { } workload)
        {
            AddWorkload(workload);
        }
        else if (line.Row is { } row)
        {
            AddRow(row, _workload ?? throw new FormatException("a demand has no workload"));
        }
        else if (line.Labels is { } labels)
        {
            AddLabels(labels);
        }
        else
        {
            AddCounts(line.Counts!);
        }
    }

    private void AddNode(CarriedNode carried)
    {
        var node = _log.Node(carried.Name);
        node.HasRemovals |= carried.HasRemovals;
        node.Extend(carried.First, carried.Last);
        foreach (var run in carried.Hours)
        {
            node.Mark(Of(run, 2)[0], run[1]);
        }

        foreach (var loss in carried.Losses)
        {
            node.Lose(new NodeCoverage.Loss(Of(loss, 3)[0], loss[1], loss[2]));
        }

        foreach (var chain in carried.Chains)
        {
            node.Chain(chain.Instance).Add(chain.Lines, chain.IsScattered, chain.Spans.Select(static span => new ChainSpans.Span(Of(span, 4)[0], span[1], span[2], span[3])));
        }
    }

    private void AddWorkload(CarriedWorkload carried)
    {
        _workload = _log.Workloads.Of(carried.Namespace, carried.ServiceAccount);
        _workload.Count(carried.Earliest, carried.Requests, carried.Folded);
        Fill(_workload.Pods, carried.Pods);
    }

    private static void AddRow(CarriedRow carried, WorkloadRows workload)
    {
        var row = new DemandRow(KeyOf(carried, workload.Workload)) { IsMismatch = carried.IsMismatch, IsOfDenyRule = carried.IsOfDenyRule };
        row.Count(carried.Requests, carried.Earliest, carried.First, carried.Last);
        Fill(row.Days, carried.Days);
        Fill(row.Statuses, carried.Statuses);
        Fill(row.Pods, carried.Pods);
        Fill(row.Nodes, carried.Nodes);
        Array.ForEach(carried.PodNames, row.PodNames.Add);
        Array.ForEach(carried.UserAgents, row.UserAgents.Add);
        workload.Add(row);
    }

    private static RowKey KeyOf(CarriedRow row, DemandWorkload workload) => new(
        new DemandKey(workload, row.Owner, row.Method, row.Path)
        {
            IsProbe = row.IsProbe,
            IsOnHost = row.IsOnHost,
            Resource = row.Resource,
            SelectorKind = row.SelectorKind,
            Selector = row.Selector,
            Pin = row.Pin,
            IsCut = row.IsCut,
            LacksExtraQuery = row.LacksExtraQuery,
            ExtraNames = row.ExtraNames ?? "",
        },
        row.AnswerClientId is { } clientId ? new DemandAnswer(clientId, row.AnswerResource, row.AnswerAudience) : null,
        Named<Verdict>(row.Verdict, VerdictNames.Name),
        Named<DemandOutcome>(row.Outcome, OutcomeNames.Name));

    private void AddLabels(CarriedLabels carried)
    {
        if (carried.Hashes.Length != carried.Texts.Length)
        {
            throw new FormatException("the labels of pods are incomplete");
        }

        _log.Labels.Add(carried.Limit, carried.Hashes.Zip(carried.Texts, KeyValuePair.Create));
    }

    private void AddCounts(CarriedCounts carried)
    {
        _log.Skipped += Natural(carried.Skipped);
        foreach (var (cause, count) in carried.NotJudged)
        {
            _log.Add(Named<NotJudged>(cause, NotJudgedNames.Name), Natural(count));
        }

        _isComplete = true;
    }

    private static void Fill(Tally tally, long[] pairs)
    {
        for (var i = 0; i < Even(pairs.Length); i += 2)
        {
            tally.Add(checked((int)Natural(pairs[i])), Natural(pairs[i + 1]));
        }
    }

    private static void Fill(DistinctSample sample, ulong[] pairs)
    {
        for (var i = 0; i < Even(pairs.Length); i += 2)
        {
            sample.Add(pairs[i], checked((uint)pairs[i + 1]));
        }
    }

    private static int Even(int length) =>
        length % 2 == 0 && length <= MostPairs ? length : throw new FormatException("a list of pairs is incomplete or too long");

    private static long Natural(long number) => number >= 0 ? number : throw new FormatException("a count is below 0");

    private static T[] Of<T>(T[] values, int length) => values.Length == length ? values : throw new FormatException("a list has the wrong length");

    private static T Named<T>(string name, Func<T, string> nameOf)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (nameOf(value) == name)
            {
                return value;
            }
        }

        throw new FormatException($"this version does not know '{name}'");
    }
}
