using System.Globalization;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Sources;
using ImdsProxy.WebConsole.Answers;
using ImdsProxy.WebConsole.Inputs;
using ImdsProxy.Workbench;

namespace ImdsProxy.WebConsole.Views;

/// <summary><c>GET /api/v1/exposure</c>: the credentials that are still good, the times without enforcement, and whether the log is whole.</summary>
internal sealed class ExposureView(IAuditSource source, LogReading log, TimeProvider time)
{
    private const int MostProblems = 20;

    public async Task HandleAsync(HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var now = time.GetUtcNow();
        var credentials = new GoodCredentials();
        var gaps = new EnforcementGaps();
        var findings = await log.FindAsync(null, [], cancellation);
        await EachAsync(
            [new AuditTerm(AuditTerm.Issued, "", false), new AuditTerm("good-at", now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), false)],
            line => credentials.Add(line.Span),
            cancellation);
        await EachAsync([new AuditTerm("kind", "event", false), .. EnforcementGaps.Events.Select(static name => new AuditTerm("event", name, false))], gaps.Add, cancellation);
        var answer = new ExposureJson(
            now.UtcDateTime,
            CoverageJson.Of(LogProblems.BasisOf(findings)),
            credentials.All(),
            credentials.More > 0 ? credentials.More : null,
            gaps.All(),
            await Task.Run(() => source.Names.Where(Directory.Exists).Select(Verify).ToList(), cancellation));
        await ConsoleAnswer.SendAsync(context, answer, ViewJson.Default.ExposureJson);
    }

    private async Task EachAsync(IEnumerable<AuditTerm> terms, Action<ReadOnlyMemory<byte>> take, CancellationToken cancellation)
    {
        try
        {
            await source.SearchAsync(
                new SearchRequest(new AuditQuestion([.. terms])),
                line =>
                {
                    take(line);
                    return ValueTask.CompletedTask;
                },
                static () => Task.CompletedTask,
                cancellation);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or HttpRequestException)
        {
            throw new ConsoleProblem(StatusCodes.Status409Conflict, "log_unreadable", e.Message);
        }
    }

    private static ExposureJson.Verification Verify(string directory)
    {
        var report = new AuditVerifier().Verify(directory);
        return new ExposureJson.Verification(directory, report.Chains, report.Segments, report.Records, [.. report.Problems.Take(MostProblems)]);
    }
}
