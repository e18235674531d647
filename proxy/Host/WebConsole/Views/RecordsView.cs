using System.Buffers;
using ImdsProxy.Sources;
using ImdsProxy.WebConsole.Answers;
using ImdsProxy.WebConsole.Inputs;

namespace ImdsProxy.WebConsole.Views;

/// <summary><c>GET /api/v1/records</c> and <c>GET /api/v1/records/live</c>: records by the filters of <c>audit search</c>.</summary>
internal sealed class RecordsView(IAuditSource source, TimeProvider time)
{
    private const int MostRecords = 10_000;
    private const int UsualRecords = 1000;

    // A proxy keeps a connection open that is silent for a while; a browser notices a dead one only when it writes.
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    /// <summary>Returns the latest matching records, earliest first.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var request = new SearchRequest(RecordsQuestion.Of(context.Request.Query, time), Last: RecordsQuestion.Last(context.Request.Query, UsualRecords, MostRecords));
        var body = new ArrayBufferWriter<byte>(1 << 16);
        body.Write("{\"records\":["u8);
        var first = true;
        await SearchAsync(
            request,
            line =>
            {
                // Each line was parsed as JSON by the search.
                body.Write(first ? [] : ","u8);
                body.Write(line.Span);
                first = false;
                return ValueTask.CompletedTask;
            },
            context.RequestAborted);
        body.Write("]}"u8);
        await ConsoleAnswer.SendAsync(context, body.WrittenMemory);
    }

    /// <summary>Sends new matching records as they are written.</summary>
    public async Task HandleLiveAsync(HttpContext context)
    {
        var request = new SearchRequest(RecordsQuestion.Of(context.Request.Query, time), Follow: true);
        var events = new EventStream(context);
        await events.BeginAsync();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var beating = BeatAsync(events, ending.Token);
        try
        {
            await SearchAsync(request, line => events.SendAsync("record", line), ending.Token);
        }
        finally
        {
            await ending.CancelAsync();
            await beating;
        }
    }

    private async Task SearchAsync(SearchRequest request, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellation)
    {
        try
        {
            await source.SearchAsync(request, take, static () => Task.CompletedTask, cancellation);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or HttpRequestException && !cancellation.IsCancellationRequested)
        {
            throw new ConsoleProblem(StatusCodes.Status409Conflict, "log_unreadable", e.Message);
        }
    }

    private async Task BeatAsync(EventStream events, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Beat, time, cancellation);
                await events.BeatAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The client disconnected, or the source has ended.
        }
    }
}
