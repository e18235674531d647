using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Sources.Nodes.Asking;
using ImdsProxy.Sources.Nodes.Format;
using ImdsProxy.Sources.Nodes.Kubectl;

namespace ImdsProxy.Sources.Nodes;

/// <summary>The logs of all nodes of a cluster: the same search runs in every proxy's pod, through the user's own kubectl.</summary>
/// <param name="name">The flag with its value.</param>
/// <param name="kubectl">The options of kubectl.</param>
/// <param name="limits">How many nodes are asked at a time, and how long each may take.</param>
/// <param name="containers">The containers that have the logs.</param>
/// <param name="progress">Shows how many nodes have answered.</param>
internal sealed class NodesSource(string name, KubectlOptions kubectl, NodeLimits limits, ImmutableArray<string> containers, INodeProgress progress) : IAuditSource
{
    // The connection of a client that vanished without a trace must not stay for ever.
    private static readonly TimeSpan LongestFollow = TimeSpan.FromDays(1);

    private readonly KubectlClient _kubectl = new(kubectl, limits.Timeout);

    public ImmutableArray<string> Names { get; } = [name];

    /// <inheritdoc />
    public async Task<SourceEnd> SearchAsync(SearchRequest request, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
    {
        var parts = await PartsAsync(request.Question, cancellation);
        return request.Follow
            ? await FollowAsync(parts, request, take, flush, cancellation)
            : await FindAsync(parts, request, take, cancellation);
    }

    /// <inheritdoc />
    public async Task<StatsAnswer> CountAsync(StatsRequest request, CancellationToken cancellation)
    {
        var parts = await PartsAsync(request.Question, cancellation);
        var (stats, gate) = (new AuditStats(request.By), new Lock());
        var answers = parts.Select(_ => new GroupAnswer(stats, gate)).ToList();
        var round = NewRound(parts);
        await round.RunAsync(new NodeQuestion(NodeStream.Groups, Arguments(NodeStream.Groups, request.Question, $"--by={request.By.Text}"), place => answers[place]), cancellation);
        var rows = stats.Rows(request.Most);
        return new StatsAnswer(rows, End(round, parts, rows.Count, answers.Sum(static answer => answer.Skipped)));
    }

    /// <inheritdoc />
    public async Task<LogFindings> ReduceAsync(DemandRequest request, ReadBytes read, CancellationToken cancellation)
    {
        var parts = await PartsAsync(request.Question, cancellation);
        var answers = new DemandAnswers(request.Options(seesWholeChains: true), read);
        var round = NewRound(parts);
        var arguments = Arguments(NodeStream.Demands, request.Question, request.LabelKeys.Select(static key => $"--label={key}"));
        await round.RunAsync(new NodeQuestion(NodeStream.Demands, arguments, _ => answers.Begin()), cancellation);
        return answers.Findings(round.Unanswered);
    }

    private async Task<SourceEnd> FindAsync(List<NodePart> parts, SearchRequest request, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellation)
    {
        using var spool = new LineSpool();
        var answers = parts.Select(_ => new SpooledAnswer(spool)).ToList();
        var round = NewRound(parts);
        await round.RunAsync(new NodeQuestion(NodeStream.Records, Arguments(NodeStream.Records, request.Question, Limits(request)), place => answers[place]), cancellation);
        var all = answers.Where(static answer => answer.IsComplete).Sum(static answer => answer.Count);
        var lines = MergedLines.Of([.. answers.Select(static answer => answer.Lines())]);
        var found = 0L;
        foreach (var line in request.Last is { } last ? lines.Skip((int)Math.Max(0, all - last)) : lines)
        {
            if (found == request.First)
            {
                break;
            }

            await take(line);
            found++;
        }

        return End(round, parts, found, answers.Sum(static answer => answer.Skipped));
    }

    private async Task<SourceEnd> FollowAsync(List<NodePart> parts, SearchRequest request, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
    {
        if (parts.Count > limits.Parallel)
        {
            throw new FormatException($"{parts.Count} logs can't be followed at once with --parallel {limits.Parallel}: select nodes, as in --nodes agentpool=user or --node NAME, or raise --parallel");
        }

        using var turn = new SemaphoreSlim(1);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var found = 0L;
        async ValueTask Show(ReadOnlyMemory<byte> line)
        {
            if (found < (request.First ?? long.MaxValue))
            {
                await take(line);
                found++;
            }

            if (found == request.First)
            {
                await enough.CancelAsync();
            }
        }

        var answers = parts.Select(_ => new FollowedAnswer(turn, Show, flush)).ToList();
        var round = NewRound(parts);
        try
        {
            await round.RunAsync(
                new NodeQuestion(NodeStream.Records, [.. Arguments(NodeStream.Records, request.Question, Limits(request), LongestFollow)], place => answers[place], HasNoEnd: true), enough.Token);
        }
        catch (OperationCanceledException)
        {
            // The user or --first ended it.
        }

        await flush();
        return End(round, parts, found, answers.Sum(static answer => answer.Skipped));
    }

    private NodeRound NewRound(List<NodePart> parts) => new(_kubectl, limits, parts, progress);

    private static SourceEnd End(NodeRound round, List<NodePart> parts, long found, long skipped) =>
        new(found) { Skipped = skipped, Asked = parts.Count, Unanswered = round.Unanswered };

    private ImmutableArray<string> Arguments(string kind, AuditQuestion question, params IEnumerable<string> more) => Arguments(kind, question, more, limits.Timeout);

    private static ImmutableArray<string> Arguments(string kind, AuditQuestion question, IEnumerable<string> more, TimeSpan deadline) =>
        NodeArguments.Of(kind, question, deadline, more);

    private static IEnumerable<string> Limits(SearchRequest request) =>
    [
        .. request.First is { } first ? [string.Create(CultureInfo.InvariantCulture, $"--first={first}")] : Array.Empty<string>(),
        .. request.Last is { } last ? [string.Create(CultureInfo.InvariantCulture, $"--last={last}")] : Array.Empty<string>(),
        .. request.Follow ? ["--follow"] : Array.Empty<string>(),
    ];

    // The filter --node also spares the nodes that it excludes.
    private async Task<List<NodePart>> PartsAsync(AuditQuestion question, CancellationToken cancellation)
    {
        var wanted = question.NodeTest();
        var parts = (await _kubectl.PodsAsync(cancellation))
            .Where(pod => wanted(pod.Node))
            .SelectMany(pod => containers.Select(container => new NodePart(pod, container)))
            .ToList();
        return parts.Count > 0
            ? parts
            : throw new FormatException($"no proxy is found: {kubectl.Namespace} has no pod with {kubectl.PodSelector} on such a node; see --proxy-namespace and --nodes SELECTOR");
    }
}
