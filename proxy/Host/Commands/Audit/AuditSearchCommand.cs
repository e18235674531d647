using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using ImdsProxy.Audit.Search;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit search</c>: finds records and events.</summary>
internal static class AuditSearchCommand
{
    private const string DefaultFields = "time,verdict,namespace,pod,service-account,endpoint,resource,identity,reason,rule,status,ms";

    public static Command Create()
    {
        var filters = new AuditQueryFlags();
        var output = new AuditOutputFlags();
        var command = new Command("search", "Find records and events in the audit log");
        filters.AddTo(command);
        output.AddTo(command);
        var management = new ManagementFlags("Search the log of a running proxy instead of a directory: IP:PORT or unix:PATH");
        management.AddTo(command);
        command.SetAction((flags, cancellation) => RunAsync(flags, filters, output, management, cancellation));
        return command;
    }

    private static Task<int> RunAsync(ParseResult flags, AuditQueryFlags filters, AuditOutputFlags output, ManagementFlags management, CancellationToken cancellation) =>
        AuditCommand.GuardAsync(async () =>
        {
            var shown = output.Read(flags);
            var columns = output.Columns(flags, DefaultFields);
            if (management.Read(flags) is { } remote)
            {
                var query = $"/audit/search?{filters.ManagementQuery(flags)}{ManagementParameters(shown)}";
                return await ShowAsync(shown, columns, async (show, flush) => (await new AuditManagementClient(remote).EachAsync(query, show, flush, cancellation), 0));
            }

            var local = filters.Query(flags, TimeProvider.System);
            var source = filters.Source(flags).NotEmpty();
            return await ShowAsync(shown, columns, (show, flush) => FindAsync(local, source, shown, show, flush, cancellation));
        });

    private static string ManagementParameters(AuditOutput output) =>
        $"{(output.Last is { } last ? $"&last={last}" : "")}{(output.First is { } first ? $"&first={first}" : "")}{(output.Follow ? "&follow=true" : "")}";

    private static async Task<int> ShowAsync(AuditOutput output, ImmutableArray<AuditColumn> columns, Func<Func<ReadOnlyMemory<byte>, ValueTask>, Func<Task>, Task<(long Found, long Skipped)>> find)
    {
        await using var stdout = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        await using var text = new StreamWriter(stdout, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 14);
        var renderer = output.Renderer(stdout, text, columns);
        var (found, skipped) = await find(line => Show(renderer, line), () => Flush(text, stdout));
        renderer.End();
        if (skipped > 0)
        {
            await Console.Error.WriteLineAsync($"imds-proxy: skipped {skipped} lines that are not records");
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

    // The follower opens its position before existing lines are searched, so that no line is missed in between.
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
