using System.Net;
using Microsoft.Extensions.Primitives;

namespace ImdsProxy.FakeImds;

/// <summary>A fake Azure IMDS with its own listener.</summary>
internal sealed class FakeImdsServer : IAsyncDisposable
{
    // MSAL requires the header to contain "IMDS". A real IMDS has sent this version number.
    private static readonly StringValues ServerHeader = "IMDS/150.870.65.1854";

    private readonly FakeImdsOptions _options;
    private readonly FakeEndpoints _endpoints;
    private readonly ImdsLimits? _limits;
    private readonly RequestLog _log;
    private FakeListener? _data;
    private FakeListener? _control;

    private FakeImdsServer(FakeImdsOptions options)
    {
        _options = options;
        _endpoints = new(options);
        _limits = options.RateLimited ? new(options.Time) : null;
        _log = new(options.RememberedRequests);
    }

    /// <summary>The address that the server listens on.</summary>
    public IPEndPoint Endpoint => _data!.EndPoint;

    /// <summary>The same address as a URL, for example <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri Address => _data!.Address;

    /// <summary>The URL of the control endpoint, or null if it is disabled.</summary>
    public Uri? ControlAddress => _control?.Address;

    /// <summary>The requests received so far. A request is recorded before the last byte of its response is sent.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.ToList();

    /// <summary>Chooses the fault for a request, or null for none. May be changed at any time.</summary>
    public Func<FakeRequest, FakeFault?>? Faults { get; set; }

    public static async Task<FakeImdsServer> StartAsync(FakeImdsOptions? options = null, CancellationToken cancellation = default)
    {
        var server = new FakeImdsServer(options ?? new());
        try
        {
            await server.ListenAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public void ClearRequests() => _log.Clear();

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in new[] { _data, _control })
        {
            if (listener is not null)
            {
                await listener.DisposeAsync();
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        _data = await FakeListener.StartAsync(_options.Listen, HandleAsync, cancellation);
        if (_options.Control is not null)
        {
            _control = await FakeListener.StartAsync(_options.Control, new FakeControl(_log).HandleAsync, cancellation);
        }
    }

    private async Task HandleAsync(HttpContext http)
    {
        var request = await FakeRequest.ReadAsync(http);
        if (_limits?.TryEnter(request.Path) == false)
        {
            await SendAsync(http, request, ImdsErrors.Throttled, fault: null);
            return;
        }

        try
        {
            await AnswerAsync(http, request);
        }
        finally
        {
            _limits?.Leave(request.Path);
        }
    }

    private async Task AnswerAsync(HttpContext http, FakeRequest request)
    {
        var fault = Faults?.Invoke(request);
        if (fault is { Stalls: true })
        {
            _log.Add(request, status: 0);
            await Task.Delay(Timeout.InfiniteTimeSpan, _options.Time, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (fault?.After is { } after)
        {
            await after.WaitAsync(http.RequestAborted);
        }

        if (_options.Latency > TimeSpan.Zero)
        {
            await Task.Delay(_options.Latency, _options.Time, http.RequestAborted);
        }

        var reply = _endpoints.Reply(request);
        await SendAsync(http, request, fault?.Change(reply) ?? reply, fault);
    }

    private async Task SendAsync(HttpContext http, FakeRequest request, FakeReply reply, FakeFault? fault)
    {
        _log.Add(request, reply.Status);
        var response = http.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.ContentLength = reply.Body.Length;
        response.Headers.Server = ServerHeader;
        foreach (var header in reply.Headers)
        {
            response.Headers.Append(header.Key, header.Value);
        }

        // Kestrel closes the connection when a body is shorter than its Content-Length.
        var sent = Math.Min(fault?.CutAfter ?? reply.Body.Length, reply.Body.Length);
        await response.BodyWriter.WriteAsync(reply.Body[..sent], http.RequestAborted);
    }
}
