using System.Text.Json;

namespace ImdsProxy.FakeImds;

/// <summary>The control endpoint <c>/_requests</c>: GET returns the recorded requests, DELETE clears them.</summary>
internal sealed class FakeControl(RequestLog log)
{
    // A load test's log is too large to buffer whole.
    private const int RecordsPerFlush = 256;

    public async Task HandleAsync(HttpContext http)
    {
        switch (http.Request.Method, http.Request.Path.Value)
        {
            case ("GET", "/_requests"):
                await WriteAsync(http);
                break;
            case ("DELETE", "/_requests"):
                log.Clear();
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private async Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = FakeReply.JsonType;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, RelaxedJson.Writer);
        json.WriteStartArray();
        foreach (var (index, request) in log.ToList().Index())
        {
            request.WriteTo(json);
            if (index % RecordsPerFlush == RecordsPerFlush - 1)
            {
                await json.FlushAsync(http.RequestAborted);
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            }
        }

        json.WriteEndArray();
    }
}
