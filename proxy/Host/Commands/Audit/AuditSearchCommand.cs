using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using ImdsProxy.Audit.Search;
using ImdsProxy.Commands.Sources;
using ImdsProxy.Sources;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit search</c>: finds records and events.</summary>
internal static class AuditSearchCommand
{
    private const string DefaultFields = "time,verdict,namespace,pod,service-account,endpoint,resource,identity,reason,rule,status,ms";

    public static Command Create()
    {
        var filters = new AuditQueryFlags();
        var output = new AuditOutputFlags();
        var sources = new SourceFlags();
        var command = new Command("search", "Find records and events in the audit log");
        filters.AddTo(command);
        output.AddTo(command);
        sources.AddTo(command);
        command.SetAction((flags, cancellation) => AuditCommand.GuardAsync(() =>
        {
            var shown = output.Read(flags);
            var request = new SearchRequest(filters.Question(flags, TimeProvider.System), shown.First, shown.Last, shown.Follow);
            return ShowAsync(sources.Read(flags, filters.GivenPaths(flags)), request, shown, output.Columns(flags, DefaultFields), cancellation);
        }));
        return command;
    }

    private static async Task<int> ShowAsync(IAuditSource source, SearchRequest request, AuditOutput output, ImmutableArray<AuditColumn> columns, CancellationToken cancellation)
    {
        await using var stdout = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        await using var text = new StreamWriter(stdout, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 14);
        var renderer = output.Renderer(stdout, text, columns);
        var end = await source.SearchAsync(request, line => Show(renderer, line), () => FlushAsync(text, stdout), cancellation);
        renderer.End();
        if (output.Form == "json")
        {
            SourceReport.WriteTrailer(end, text);
        }

        await FlushAsync(text, stdout);
        return await SourceReport.EndAsync(end, Console.Error);
    }

    private static async Task FlushAsync(TextWriter text, Stream stdout)
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
