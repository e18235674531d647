using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Management;

/// <summary>Answers every request to the management listener.</summary>
internal sealed partial class ManagementMiddleware(ManagementPages pages, ManagementToken token, ILogger<ManagementMiddleware> logger)
{
    private const string PrometheusText = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>
    /// Checks the Host header and then the method. Then serves the open paths to every client and the guarded paths to authorized
    /// clients.
    /// </summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.Features.GetRequiredFeature<ManagementEndpoint>();
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await Route(context, endpoint);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            Log.Failed(logger, context.Request.Path, e);
            await Refuse(context, StatusCodes.Status500InternalServerError, "internal_error", "the answer could not be produced; the proxy's log says why");
        }
    }

    private Task Route(HttpContext context, ManagementEndpoint endpoint)
    {
        if (!HostGuard.Allows(context, endpoint))
        {
            return Refuse(context, StatusCodes.Status421MisdirectedRequest, "misdirected_request", "the Host header names another host: use localhost, a loopback address or the address of this listener");
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET";
            return Refuse(context, StatusCodes.Status405MethodNotAllowed, "method_not_allowed", "only GET is answered here");
        }

        return context.Request.Path.Value switch
        {
            "/livez" => Health(context, pages.Liveness, "alive"),
            "/readyz" => Health(context, pages.Readiness, "ready"),
            "/metrics" => Metrics(context),
            _ => Guarded(context, endpoint),
        };
    }

    private Task Guarded(HttpContext context, ManagementEndpoint endpoint)
    {
        if (endpoint.MetricsOnly || Handler(context.Request.Path.Value) is not { } handler)
        {
            return Refuse(context, StatusCodes.Status404NotFound, "not_found", "there is nothing at this path");
        }

        if (endpoint.IsUnixSocket || token.Allows(context.Request))
        {
            return handler(context);
        }

        if (!token.IsConfigured)
        {
            return Refuse(context, StatusCodes.Status403Forbidden, "forbidden", "over TCP this path needs a bearer token: start the proxy with --management-token-file, or with --management unix:PATH and send the request to that socket");
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Refuse(context, StatusCodes.Status401Unauthorized, "unauthorized", "send Authorization: Bearer with the content of the file given as --management-token-file");
    }

    private RequestDelegate? Handler(string? path) =>
        path == "/policy" ? Policy : path is not null ? pages.Guarded.GetValueOrDefault(path) : null;

    private Task Policy(HttpContext context) => pages.Policy() is { } status
        ? Answer(context, StatusCodes.Status200OK, status, ManagementJson.Plain.PolicyStatus)
        : Refuse(context, StatusCodes.Status404NotFound, "no_policy", "no policy is in force: everything is denied");

    private static Task Health(HttpContext context, Readiness readiness, string word)
    {
        var checks = readiness.Ask();
        var good = checks.All(check => check.Ready);
        var answer = new HealthAnswer(good ? word : $"not-{word}", checks);
        return Answer(context, good ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, answer, ManagementJson.Plain.HealthAnswer);
    }

    private async Task Metrics(HttpContext context)
    {
        using var text = new MemoryStream(64 * 1024);
        if (await pages.Metrics(text, context.RequestAborted) is { } failure)
        {
            Log.InstrumentFailed(logger, failure);
        }

        await Send(context, StatusCodes.Status200OK, PrometheusText, text.GetBuffer().AsMemory(0, (int)text.Length));
    }

    private static Task Refuse(HttpContext context, int status, string error, string description) =>
        Answer(context, status, new ManagementError(error, description), ManagementJson.Plain.ManagementError);

    private static Task Answer<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type) =>
        Send(context, status, "application/json", JsonSerializer.SerializeToUtf8Bytes(value, type));

    private static async Task Send(HttpContext context, int status, string type, ReadOnlyMemory<byte> body)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "ManagementRequestFailed", Level = LogLevel.Error, Message = "A management request for {Path} failed")]
        public static partial void Failed(ILogger logger, string? path, Exception exception);

        [LoggerMessage(EventName = "InstrumentFailed", Level = LogLevel.Warning, Message = "A metric could not be read and is left out")]
        public static partial void InstrumentFailed(ILogger logger, Exception exception);
    }
}
