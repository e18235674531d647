using System.Text.Json;

namespace ImdsProxy.FakeImds;

/// <summary><c>/metadata/scheduledevents</c>: one event is scheduled, and a POST with its id starts it.</summary>
internal sealed class ScheduledEvents
{
    public const string EventId = "C7061BAC-AFDC-4513-B24B-AA5F13A16123";

    private volatile bool _started;

    public FakeReply Answer(FakeRequest request) => HttpMethods.IsPost(request.Method) ? Approve(request.Body) : List();

    private FakeReply List() => FakeReply.Json(
        $$"""{"DocumentIncarnation":{{(_started ? 2 : 1)}},"Events":[{"EventId":"{{EventId}}","EventStatus":"{{(_started ? "Started" : "Scheduled")}}","EventType":"Freeze","ResourceType":"VirtualMachine","Resources":["{{FakeVm.Name}}"],"NotBefore":"{{(_started ? "" : "Mon, 07 Dec 2026 22:26:58 GMT")}}","Description":"Virtual machine is being paused because of a memory-preserving Live Migration operation.","EventSource":"Platform","DurationInSeconds":5}]}""");

    private FakeReply Approve(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var ids = document.RootElement.GetProperty("StartRequests").EnumerateArray().Select(start => start.GetProperty("EventId").GetString()).ToList();
            if (ids.Exists(id => !EventId.Equals(id, StringComparison.OrdinalIgnoreCase)))
            {
                return ImdsErrors.Body;
            }

            _started |= ids.Count > 0;
            return FakeReply.Json("");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return ImdsErrors.Body;
        }
    }
}
