using System.CommandLine;
using System.Text.Json;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Commands.Sources;
using ImdsProxy.Core.Audit.Ocsf;
using ImdsProxy.Sources;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit convert</c>: writes records in another schema.</summary>
internal static class AuditConvertCommand
{
    public static Command Create()
    {
        var filters = new AuditQueryFlags();
        var sources = new SourceFlags();
        var to = new Option<string>("--to") { Description = "The schema: ocsf (API Activity 6003 with the security-control profile)", Required = true };
        to.AcceptOnlyFromAmong("ocsf");
        var command = new Command("convert", "Write records in a schema that security tools read, one JSON object a line") { to };
        filters.AddTo(command);
        sources.AddTo(command);
        command.SetAction((flags, cancellation) => AuditCommand.GuardAsync(() =>
            RunAsync(sources.Read(flags, filters.GivenPaths(flags)), new SearchRequest(filters.Question(flags, TimeProvider.System)), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(IAuditSource source, SearchRequest request, CancellationToken cancellation)
    {
        await using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        var buffer = new LineBuffer();
        await using var json = new Utf8JsonWriter(buffer);
        var writer = new OcsfWriter(json);
        var left = 0L;
        var end = await source.SearchAsync(
            request,
            async line =>
            {
                buffer.Clear();
                json.Reset();
                if (!writer.TryWrite(line))
                {
                    left++;
                    return;
                }

                await json.FlushAsync(cancellation);
                await output.WriteAsync(buffer.WrittenMemory, cancellation);
                output.WriteByte((byte)'\n');
            },
            () => output.FlushAsync(cancellation),
            cancellation);
        await output.FlushAsync(cancellation);
        if (left > 0)
        {
            await Console.Error.WriteLineAsync($"imds-proxy: left out {left} events: the schema has no API activity for them; they stay in the log");
        }

        return await SourceReport.EndAsync(end with { Found = end.Found - left }, Console.Error);
    }
}
