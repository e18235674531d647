using System.Collections.Immutable;
using System.Text.Json;

namespace ImdsProxy.Core.Requests;

/// <summary>The body of a POST: JSON, or malformed.</summary>
public static class RequestBody
{
    /// <summary>Event ids are GUIDs.</summary>
    private const int MaxEventId = 64;

    /// <summary>IMDS lists a handful of events at a time. All that are approved are recorded, so there may be no more than a record holds.</summary>
    private const int MaxEventIds = 64;

    /// <summary>Why a body is malformed, or null.</summary>
    /// <param name="request">The request it came with.</param>
    /// <param name="body">All of it; an empty one is good.</param>
    /// <param name="eventIds">The scheduled events it approves.</param>
    public static RequestError? Check(ImdsRequest request, ReadOnlySpan<byte> body, out ImmutableArray<string> eventIds)
    {
        eventIds = default;
        if (body.IsEmpty)
        {
            return null;
        }

        try
        {
            var ids = new List<string>();
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 8 });
            while (reader.Read())
            {
                // {"StartRequests":[{"EventId":"…"}]} (Microsoft's documentation of scheduled events)
                if (reader.TokenType == JsonTokenType.PropertyName
                    && string.Equals(reader.GetString(), "EventId", StringComparison.OrdinalIgnoreCase)
                    && reader.Read()
                    && reader.TokenType == JsonTokenType.String)
                {
                    ids.Add(reader.GetString()!);
                }
            }

            if (ids.Count > MaxEventIds || ids.Exists(id => id.Length > MaxEventId))
            {
                return new RequestError($"the body names more than {MaxEventIds} events, or one by more than {MaxEventId} characters");
            }

            eventIds = request.Endpoint.Kind == EndpointKind.ScheduledEvents ? [.. ids] : default;
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new RequestError("the body is not JSON");
        }
    }
}
