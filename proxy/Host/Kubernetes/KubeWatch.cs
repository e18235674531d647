using System.Text.Json;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>An open watch.</summary>
internal sealed class KubeWatch<T>(KubeResource<T> resource, KubeVerb verb, HttpResponseMessage answer, Stream body) : IAsyncDisposable
    where T : KubeObject
{
    private readonly LineReader _lines = new(body);

    /// <summary>
    /// Waits for more bytes, which may complete an event or only part of one. Returns false when the server has ended the
    /// watch.
    /// </summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _lines.ReadMoreAsync(cancellation);

    /// <summary>Reads the next event from the bytes already received. A bookmark has only a resourceVersion.</summary>
    /// <exception cref="KubeException">The event is an ERROR.</exception>
    /// <exception cref="JsonException">The line is not a valid event.</exception>
    public bool TryRead(out WatchEventType type, out KubeObject subject)
    {
        while (_lines.TryReadLine(out var text))
        {
            if (text.IsEmpty)
            {
                continue;
            }

            var line = WatchLine.Parse(text);
            type = line.Type;
            subject = type switch
            {
                WatchEventType.Error => throw KubeFailures.FromErrorEvent(line.Object, verb),
                WatchEventType.Bookmark or WatchEventType.Other => Read(line, KubeJson.Default.KubeObject),
                _ => Read(line, resource.Item),
            };
            return true;
        }

        (type, subject) = (default, default!);
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _lines.DisposeAsync();
        answer.Dispose();
    }

    private static TObject Read<TObject>(WatchLine line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TObject> type)
    {
        var reader = new Utf8JsonReader(line.Object);
        return JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("a line of the watch has a null object");
    }
}
