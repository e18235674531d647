using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Deny;
using ImdsProxy.Enforce;
using ImdsProxy.Forward;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.PolicySource;
using Yarp.ReverseProxy.Forwarder;
using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Commands.Serve;

/// <summary>The parts that a request passes, put together.</summary>
internal sealed record Pipeline
{
    public required ServeOptions Options { get; init; }

    public required ICallerSource Callers { get; init; }

    public required ActivePolicy Policy { get; init; }

    public required UpstreamParts Upstream { get; init; }

    public required IAuditLog Audit { get; init; }

    public required Drain Drain { get; init; }

    /// <summary>Hears of each request's record, and whether it was written.</summary>
    public required Action<AuditRecord, bool> Ended { get; init; }

    /// <summary>Hears of each request to IMDS: its status, if any, and the seconds it took.</summary>
    public required Action<Endpoint, int?, double> UpstreamEnded { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Logging { get; init; }

    /// <summary>What answers each request.</summary>
    /// <param name="services">The data listener's.</param>
    public RequestDelegate Handler(IServiceProvider services)
    {
        var answers = new Answers(Options.Answers);
        var recorder = new Recorder(Audit, Ended);
        var end = new ForwardingEnd(recorder, UpstreamEnded);
        var forwarding = new Forwarding(
            new StreamForwarder(services.GetRequiredService<IHttpForwarder>(), Upstream.Connections, Options.Upstream),
            new WholeForwarding(Upstream.Fetcher, Upstream.Sharing, Upstream.Lanes, Policy, answers, end, Time),
            Upstream,
            Policy,
            answers,
            end);
        return new EnforcementMiddleware(
            Callers,
            Policy,
            new BodyReader(Options.Listen.MaxBody, Options.Listen.BodyTimeout, Time),
            answers,
            forwarding,
            recorder,
            Options.Enforce,
            Options.Listen.MaxRequestsPerCaller,
            new CallerRates(Options.Enforce.CallerRate, Time),
            Drain,
            Time,
            Logging.CreateLogger<EnforcementMiddleware>()).InvokeAsync;
    }
}
