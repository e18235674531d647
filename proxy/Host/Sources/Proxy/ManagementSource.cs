using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Management;

namespace ImdsProxy.Sources.Proxy;

/// <summary>The log of a running proxy, read over its management listener.</summary>
/// <param name="name">The flag with its value.</param>
/// <param name="management">The listener's client.</param>
internal sealed class ManagementSource(string name, ManagementClient management) : IAuditSource
{
    private readonly AuditManagementClient _client = new(management);

    public ImmutableArray<string> Names { get; } = [name];

    /// <inheritdoc />
    public async Task<SourceEnd> SearchAsync(SearchRequest request, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
    {
        var query = Parameters(request.Question);
        Append(query, "last", request.Last);
        Append(query, "first", request.First);
        return new SourceEnd(await _client.EachAsync($"/audit/search?{query}{(request.Follow ? "&follow=true" : "")}", take, flush, cancellation));
    }

    /// <inheritdoc />
    public async Task<StatsAnswer> CountAsync(StatsRequest request, CancellationToken cancellation)
    {
        var query = Parameters(request.Question);
        Append(query, "top", request.Most);
        List<StatsRow> rows = [];
        await _client.EachAsync(
            $"/audit/stats?{query}&by={Uri.EscapeDataString(request.By.Text)}",
            line =>
            {
                rows.Add(StatsRow.Parse(line, request.By.Names));
                return ValueTask.CompletedTask;
            },
            static () => Task.CompletedTask,
            cancellation);
        return new StatsAnswer(rows, new SourceEnd(rows.Count));
    }

    /// <inheritdoc />
    /// <remarks>The filters are applied here, because events and the first request of each demand count whatever the filters.</remarks>
    public Task<LogFindings> ReduceAsync(DemandRequest request, ReadBytes read, CancellationToken cancellation) =>
        new LogReduction(request.Options(seesWholeChains: true), read: read)
            .RunAsync(take => _client.EachAsync("/audit/search", take, static () => Task.CompletedTask, cancellation));

    private static StringBuilder Parameters(AuditQuestion question)
    {
        var query = new StringBuilder();
        foreach (var term in question.Terms)
        {
            Append(query, (term.Negated ? "not." : "") + term.Name, term.Name == AuditTerm.Issued ? "true" : term.Value);
        }

        Append(query, "since", question.Since?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Append(query, "until", question.Until?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        return query;
    }

    private static void Append<T>(StringBuilder query, string key, T value)
    {
        if (value is not null)
        {
            query.Append(query.Length > 0 ? "&" : "").Append(key).Append('=').Append(Uri.EscapeDataString(string.Create(CultureInfo.InvariantCulture, $"{value}")));
        }
    }
}
