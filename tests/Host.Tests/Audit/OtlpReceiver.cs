using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>
/// A receiver of OpenTelemetry logs over HTTP/protobuf that can be made to fail. It parses messages as opentelemetry-proto
/// defines them.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly List<ReceivedLog> _logs = [];
    private int _requests;

    private OtlpReceiver(WebApplication app) => _app = app;

    public bool Down { get; set; }

    public int Requests => Volatile.Read(ref _requests);

    public Uri Endpoint => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/v1/logs");

    public IReadOnlyList<ReceivedLog> Logs
    {
        get
        {
            lock (_gate)
            {
                return [.. _logs];
            }
        }
    }

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.Run(receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Interlocked.Increment(ref _requests);
        if (Down || context.Request.Path != "/v1/logs" || context.Request.ContentType != "application/x-protobuf")
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        lock (_gate)
        {
            _logs.AddRange(Fields(body.ToArray(), 1).SelectMany(OfResource));
        }
    }

    private static IEnumerable<ReceivedLog> OfResource(byte[] logs)
    {
        var resource = Fields(logs, 1).SelectMany(found => Attributes(found, 1)).ToDictionary(StringComparer.Ordinal);
        return Fields(logs, 2).SelectMany(scope => Fields(scope, 2)).Select(record => Read(record, resource));
    }

    private static ReceivedLog Read(byte[] record, IReadOnlyDictionary<string, string> resource)
    {
        var input = new CodedInputStream(record);
        ulong nanoseconds = 0;
        while (input.ReadTag() is var tag and > 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == 1)
            {
                nanoseconds = input.ReadFixed64();
            }
            else
            {
                input.SkipLastField();
            }
        }

        return new ReceivedLog(
            DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100)),
            Fields(record, 5).SelectMany(value => Fields(value, 1)).Select(Text).Single(),
            Attributes(record, 6).ToDictionary(StringComparer.Ordinal),
            resource);
    }

    private static IEnumerable<KeyValuePair<string, string>> Attributes(byte[] message, int number) => Fields(message, number)
        .Select(pair => KeyValuePair.Create(Text(Fields(pair, 1).Single()), Fields(pair, 2).SelectMany(value => Fields(value, 1)).Select(Text).FirstOrDefault("")));

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static List<byte[]> Fields(byte[] message, int number)
    {
        List<byte[]> found = [];
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and > 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }

    internal sealed record ReceivedLog(DateTimeOffset Time, string Body, IReadOnlyDictionary<string, string> Attributes, IReadOnlyDictionary<string, string> Resource);
}
