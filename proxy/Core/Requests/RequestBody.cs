using System.Collections.Immutable;
using System.Text.Json;

namespace ImdsProxy.Core.Requests;

/// <summary>Checks the body of a POST, which must be JSON.</summary>
public static class RequestBody
{
    /// <summary>The longest event id. IMDS uses GUIDs.</summary>
    private const int MaxEventId = 64;

    /// <summary>IMDS lists a few events at a time. A record must hold the ids of all approved events.</summary>
    private const int MaxEventIds = 64;

    /// <summary>The reason why a body is malformed, or null.</summary>
    /// <param name="request">The request with this body.</param>
    /// <param name="body">The complete body. An empty body is valid.</param>
    /// <param name="eventIds">The scheduled events that the body approves.</param>
    public static RequestError? Check(ImdsRequest request, ReadOnlySpan<byte> body, out ImmutableArray<string> eventIds)
    {
        eventIds = default;
        if (body.IsEmpty)
        {
            return null;
        }

        if (ReadEventIds(body) is not { } ids)
        {
            return new RequestError("the body is not JSON");
        }

        if (ids.Count > MaxEventIds || ids.Exists(id => id.Length > MaxEventId))
        {
            return new RequestError($"the body names more than {MaxEventIds} events, or an event id has more than {MaxEventId} characters");
        }

        eventIds = request.Endpoint.Kind == EndpointKind.ScheduledEvents ? [.. ids] : default;
        return null;
    }

    // {"StartRequests":[{"EventId":"…"}]} (Microsoft's documentation of scheduled events). Null if the body is not JSON.
    private static List<string>? ReadEventIds(ReadOnlySpan<byte> body)
    {
        var ids = new List<string>();
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 8 });
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName
                    && string.Equals(reader.GetString(), "EventId", StringComparison.OrdinalIgnoreCase)
                    && reader.Read()
                    && reader.TokenType == JsonTokenType.String)
                {
                    ids.Add(reader.GetString()!);
                }
            }

            return ids;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
