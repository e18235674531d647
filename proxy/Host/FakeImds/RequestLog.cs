namespace ImdsProxy.FakeImds;

/// <summary>The most recent requests, oldest first.</summary>
/// <param name="capacity">The number of requests to keep; 0 keeps none.</param>
internal sealed class RequestLog(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<RecordedRequest> _requests = new();

    public void Add(FakeRequest request, int status)
    {
        if (capacity == 0)
        {
            return;
        }

        var record = new RecordedRequest(
            request.Method, request.RawTarget, [.. request.Headers.Select(header => KeyValuePair.Create(header.Key, string.Join(", ", (string?[])header.Value!)))], request.Body, status);
        lock (_gate)
        {
            if (_requests.Count == capacity)
            {
                _requests.Dequeue();
            }

            _requests.Enqueue(record);
        }
    }

    public IReadOnlyList<RecordedRequest> ToList()
    {
        lock (_gate)
        {
            return [.. _requests];
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _requests.Clear();
        }
    }
}
