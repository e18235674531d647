using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Enforce;
using ImdsProxy.Forward;
using ImdsProxy.Forward.Imds;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Forward.Sharing;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;
using ImdsProxy.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Enforce;

public sealed class InterfaceTests
{
    private static readonly Caller.Pod Pod = new(new PodIdentity("a", "p", "u", "s", null, []));

    private readonly Records _log = new();

    [Fact]
    public async Task Request_OnAnotherInterface_HasAnUnknownCaller()
    {
        (await AskAsync(interfaceIndex: 8)).ShouldBe(503);
        _log.Last!.Caller.ShouldBe(Caller.Unknown.Instance);
    }

    [Fact]
    public async Task Request_OnThePodsInterface_IsThePods()
    {
        // The rules allow the pod nothing, so IMDS is not needed.
        (await AskAsync(interfaceIndex: 7)).ShouldBe(403);
        _log.Last!.Caller.ShouldBe(Pod);
    }

    private async Task<int> AskAsync(int interfaceIndex)
    {
        var policy = new ActivePolicy(TimeProvider.System);
        var content = """{"version":1,"mode":"enforce","rules":[]}"""u8.ToArray();
        await policy.TakeAsync(PolicyLoader.Load(content), content, "test");
        using var forwarder = new Forwarder(
            new UpstreamOptions(), new LimitOptions(), new SharingOptions(), static (_, _) => true, TimeProvider.System, NullLoggerFactory.Instance);
        await using var summaries = new Summaries(_log, static (_, _) => { }, TimeProvider.System);
        var handler = new Pipeline
        {
            Options = new ServeOptions
            {
                PolicyPath = "",
                CallersPath = "",
                Management = new ManagementOptions { Management = new IPEndPoint(IPAddress.Loopback, 0) },
            },
            Callers = new OnInterface7(),
            Policy = policy,
            Forwarder = forwarder,
            Audit = _log,
            Drain = new Drain(TimeProvider.System),
            Rates = new CallerRates(perSecond: 100, TimeProvider.System),
            Summaries = summaries,
            RequestEnded = static _ => { },
            Recorded = static (_, _) => { },
            UpstreamEnded = static (_, _, _) => { },
            Time = TimeProvider.System,
            Logging = NullLoggerFactory.Instance,
        }.Handler();
        var context = new DefaultHttpContext();
        context.Features.Set(new CallerConnection(new AddressUse(), interfaceIndex, null));
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/metadata/instance";
        context.Request.Method = "GET";
        context.Request.Headers.Host = "169.254.169.254";
        context.Request.Headers["Metadata"] = "true";
        await handler(context);
        return context.Response.StatusCode;
    }

    private sealed class OnInterface7 : ICallerSource
    {
        public bool IsReady => true;

        public IReadOnlyCollection<KnownPod> Known => [];

        public Caller Find(IPAddress address) => Pod;

        public ValueTask<Caller> WaitAsync(IPAddress address, TimeSpan wait, CancellationToken cancellation) => new(Caller.Unknown.Instance);

        public Caller Confirm(Caller caller, int interfaceIndex) => interfaceIndex is 7 ? caller : Caller.Unknown.Instance;
    }

    private sealed class Records : ImdsProxy.Audit.IAuditLog
    {
        public ImdsProxy.Core.Audit.AuditRecord? Last { get; private set; }

        public string? Failure => null;

        public ValueTask<bool> WriteAsync(ImdsProxy.Core.Audit.AuditRecord record)
        {
            Last = record;
            return new(true);
        }

        public ValueTask<bool> WriteAsync(ImdsProxy.Core.Audit.AuditEvent auditEvent) => new(true);
    }
}
