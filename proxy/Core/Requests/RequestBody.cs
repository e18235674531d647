using System.Collections.Immutable;
using System.Text.Json;

namespace ImdsProxy.Core.Requests;

/// <summary>The body of a POST: JSON, or malformed.</summary>
public static class RequestBody
{
    /// <summary>Event ids are GUIDs; what is longer is kept as far as this.</summary>
    private const int MaxEventId = 64;

    private const int MaxEventIds = 100;

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
            var ids = ImmutableArray.CreateBuilder<string>();
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 8 });
            while (reader.Read())
            {
                // {"StartRequests":[{"EventId":"…"}]} (Microsoft's documentation of scheduled events)
                if (reader.TokenType == JsonTokenType.PropertyName
                    && string.Equals(reader.GetString(), "EventId", StringComparison.OrdinalIgnoreCase)
                    && reader.Read()
                    && reader.TokenType == JsonTokenType.String
                    && ids.Count < MaxEventIds)
                {
                    ids.Add(Cut(reader.GetString()!));
                }
            }

            eventIds = request.Endpoint.Kind == EndpointKind.ScheduledEvents ? ids.ToImmutable() : default;
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new RequestError("the body is not JSON");
        }
    }

    private static string Cut(string id) => id.Length <= MaxEventId ? id : id[..MaxEventId];
}
