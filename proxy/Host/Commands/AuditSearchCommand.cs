using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Commands;

/// <summary><c>audit search</c>: finds records and events.</summary>
internal static class AuditSearchCommand
{
    private const string DefaultFields = "time,verdict,namespace,pod,service-account,endpoint,resource,identity,reason,rule,status,ms";

    public static Command Create()
    {
        var filters = new AuditQueryFlags();
        var output = new AuditOutputFlags();
        var command = new Command("search", "Finds records and events in the audit log");
        filters.AddTo(command);
        output.AddTo(command);
        command.SetAction((flags, cancellation) => RunAsync(flags, filters, output, cancellation));
        return command;
    }

    private static Task<int> RunAsync(ParseResult flags, AuditQueryFlags filters, AuditOutputFlags output, CancellationToken cancellation) =>
        AuditCommand.GuardAsync(() => SearchAsync(
            filters.Query(flags, TimeProvider.System),
            filters.Source(flags).NotEmpty(),
            output.Read(flags),
            output.Columns(flags, DefaultFields),
            cancellation));

    private static async Task<int> SearchAsync(AuditQuery query, SearchSource source, AuditOutput output, ImmutableArray<AuditColumn> columns, CancellationToken cancellation)
    {
        await using var stdout = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        await using var text = new StreamWriter(stdout, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 14);
        var renderer = output.Renderer(stdout, text, columns);
        var (found, skipped) = await FindAsync(query, source, output, line => Show(renderer, line), () => Flush(text, stdout), cancellation);
        renderer.End();
        if (skipped > 0)
        {
            await Console.Error.WriteLineAsync($"imds-proxy: {skipped} lines that are no records were skipped");
        }

        return found > 0 ? ExitCode.Good : ExitCode.Failed;
    }

    private static async Task<(long Found, long Skipped)> FindAsync(AuditQuery query, SearchSource source, AuditOutput output, Func<ReadOnlyMemory<byte>, ValueTask> show, Func<Task> flush, CancellationToken cancellation)
    {
        if (output.Follow)
        {
            return await FollowAsync(query, source, output, show, flush, cancellation);
        }

        var search = new AuditSearch(query, source);
        var found = output.Last is { } last
            ? await search.LastAsync(show, last, cancellation)
            : await search.EachAsync(show, flush, output.First ?? long.MaxValue, cancellation);
        return (found, search.Skipped);
    }

    // What is there already is searched after the follower has taken its place, so that nothing falls between.
    private static async Task<(long Found, long Skipped)> FollowAsync(AuditQuery query, SearchSource source, AuditOutput output, Func<ReadOnlyMemory<byte>, ValueTask> show, Func<Task> flush, CancellationToken cancellation)
    {
        using var follower = new LogFollower(query, source.Paths, TimeProvider.System);
        var earlier = output.Last is { } last
            ? await new AuditSearch(query, source).LastAsync(line => follower.ShowEarlierAsync(line, show), last, cancellation)
            : 0;
        return (earlier + await follower.RunAsync(show, flush, output.First ?? long.MaxValue, cancellation), follower.Skipped);
    }

    private static async Task Flush(TextWriter text, Stream stdout)
    {
        await text.FlushAsync();
        await stdout.FlushAsync();
    }

    private static ValueTask Show(IRecordRenderer renderer, ReadOnlyMemory<byte> line)
    {
        renderer.Render(line.Span);
        return ValueTask.CompletedTask;
    }
}
