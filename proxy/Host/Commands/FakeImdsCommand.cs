using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.Commands.Flags;
using ImdsProxy.FakeImds;

namespace ImdsProxy.Commands;

/// <summary><c>fake-imds</c>: runs a stand-in for Azure IMDS until it is stopped.</summary>
internal static class FakeImdsCommand
{
    private static readonly Option<IPEndPoint> Listen =
        Flag.Of("--listen", "Address to listen on, IP:PORT; port 0 picks a free port", FlagValues.IpEndPoint, "127.0.0.1:0");

    private static readonly Option<IPEndPoint?> Control =
        Flag.Of<IPEndPoint?>("--control", "Address of the control endpoint, IP:PORT: GET /_requests lists the received requests, DELETE /_requests clears the list", FlagValues.IpEndPoint);

    private static readonly Option<string> RateLimit =
        Flag.Of("--rate-limit", "Rate limits: imds (as IMDS: 5 requests/s; for identities 20/s and 5 at once) or off", FlagValues.OneOf("imds", "off"), "imds");

    private static readonly Option<TimeSpan> Latency =
        Flag.Of("--latency", "Delay of each response, such as 4ms", FlagValues.Duration, "0ms");

    private static readonly Option<ImmutableArray<FakeIdentity>> Identities = RepeatableFlag.Of(
        "--identity", "An identity of the VM, CLIENT_ID or CLIENT_ID=RESOURCE_ID; repeatable. Requests that name no identity get the first identity", FakeIdentity.Parse);

    public static Command Create()
    {
        var command = new Command("fake-imds", "A faithful stand-in for Azure IMDS, for demos and tests.") { Listen, Control, RateLimit, Latency, Identities };
        command.SetAction((parsed, cancellation) => RunAsync(Read(parsed), cancellation));
        return command;
    }

    private static FakeImdsOptions Read(ParseResult parsed)
    {
        var control = parsed.GetValue(Control);
        var identities = parsed.GetValue(Identities);
        var options = new FakeImdsOptions
        {
            Listen = parsed.GetValue(Listen)!,
            Control = control,
            RateLimited = parsed.GetValue(RateLimit) == "imds",
            Latency = parsed.GetValue(Latency),
        };
        return options with
        {
            Identities = identities.IsDefaultOrEmpty ? options.Identities : identities,
            // Without the control endpoint, nothing could read the recorded requests.
            RememberedRequests = control is null ? 0 : options.RememberedRequests,
        };
    }

    private static async Task<int> RunAsync(FakeImdsOptions options, CancellationToken cancellation)
    {
        try
        {
            await using var server = await FakeImdsServer.StartAsync(options, cancellation);
            await AnnounceAsync(server);
            await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCode.Good;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await Console.Error.WriteLineAsync($"imds-proxy: fake-imds: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private static async Task AnnounceAsync(FakeImdsServer server)
    {
        await Console.Out.WriteLineAsync($"fake-imds listening on {server.Address.GetLeftPart(UriPartial.Authority)}");
        if (server.ControlAddress is { } control)
        {
            await Console.Out.WriteLineAsync($"fake-imds control on {control.GetLeftPart(UriPartial.Authority)}");
        }
    }
}
