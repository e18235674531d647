using System.Net;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;
using ImdsProxy.Deny;
using ImdsProxy.Listen;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Enforce;

/// <summary>One request on its way through the proxy, and all that its record will say.</summary>
internal sealed class Exchange
{
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _arrived;
    private long _sent;
    private double? _upstreamMilliseconds;

    public Exchange(HttpContext context, TimeProvider time)
    {
        Context = context;
        _time = time;
        Started = time.GetTimestamp();
        _arrived = time.GetUtcNow();
        Connection = context.Features.Get<CallerConnection>();
        Address = context.Connection.RemoteIpAddress ?? IPAddress.None;
    }

    public HttpContext Context { get; }

    /// <summary>When it began, as a timestamp of the clock.</summary>
    public long Started { get; }

    /// <summary>What is known of its connection, or null where it came by none of the data listener's.</summary>
    public CallerConnection? Connection { get; }

    public IPAddress Address { get; }

    public Caller Caller { get; set; } = Caller.Unknown.Instance;

    public ImdsRequest? Request { get; set; }

    public IReadOnlyList<string>? EventIds { get; set; }

    /// <summary>The policy that decides, or null before one is loaded.</summary>
    public PolicySnapshot? Policy { get; set; }

    /// <summary>
    /// Whether its caller has more requests in flight, or sends more a second, than it may. Audit mode records that and lets
    /// the request go.
    /// </summary>
    public bool IsOverLimit { get; set; }

    /// <summary>Whether it is above the rate up to which each request of its caller has a record of its own.</summary>
    public bool IsAboveRecordRate { get; set; }

    /// <summary>Whether its answer was kept from before, or fetched for another request.</summary>
    public bool IsCached { get; set; }

    /// <summary>Whether its connection is of a pod that has this address no more: the end of the connection is the cure, not waiting.</summary>
    public bool IsOfAnotherPod { get; private set; }

    /// <summary>Whether its record has been made: there is exactly one.</summary>
    public bool IsRecorded { get; private set; }

    public Asker Asker => new(Caller, Address, Context.TraceIdentifier);

    /// <summary>Without a policy all is denied, so the mode is to enforce.</summary>
    public PolicyMode Mode => Policy?.ModeOf(Caller) ?? PolicyMode.Enforce;

    /// <summary>Its connection was opened by another pod: nobody is known to ask by it any more, and it ends.</summary>
    public Caller EndConnection()
    {
        IsOfAnotherPod = true;
        ConnectionEnd.After(Context.Response);
        return Caller.Unknown.Instance;
    }

    /// <summary>Makes it bear the id of the summary that counts it, in its answer and in the proxy's log.</summary>
    public void JoinSummary(string id)
    {
        Context.TraceIdentifier = id;
        Context.Response.Headers[AnswerWriter.RequestIdHeader] = id;
    }

    /// <summary>The request goes to IMDS now.</summary>
    public void Sent() => _sent = _time.GetTimestamp();

    /// <summary>IMDS has answered, or failed to; tells after how many seconds.</summary>
    public double Answered()
    {
        var elapsed = _time.GetElapsedTime(_sent);
        _upstreamMilliseconds = elapsed.TotalMilliseconds;
        return elapsed.TotalSeconds;
    }

    public AuditRecord Record(in Outcome outcome)
    {
        IsRecorded = true;
        var isOverLimit = IsOverLimit && outcome.Verdict == Verdict.Allowed;
        var target = Context.Features.Get<IHttpRequestFeature>();
        return new AuditRecord
        {
            Timestamp = _arrived,
            Id = Context.TraceIdentifier,
            Verdict = isOverLimit ? Verdict.WouldDeny : outcome.Verdict,
            Reason = isOverLimit ? Reason.RateLimited : outcome.Reason,
            Rule = outcome.Rule,
            Quiet = outcome.Quiet,
            Mode = outcome.Mode,
            PolicyRevision = Policy?.Revision,
            Caller = Caller,
            CallerIp = Address,
            CallerPort = Context.Connection.RemotePort,
            CallerInterface = Connection?.InterfaceName,
            Request = Request,
            RawMethod = Request is null ? target?.Method : null,
            RawTarget = Request is null ? target?.RawTarget : null,
            Error = outcome.Error,
            UserAgent = Context.Request.Headers.UserAgent.Count > 0 ? Context.Request.Headers.UserAgent[0] : null,
            EventIds = EventIds,
            Status = outcome.Status,
            Bytes = outcome.Bytes,
            Issued = outcome.Issued,
            UpstreamStatus = outcome.UpstreamStatus,
            UpstreamMilliseconds = _upstreamMilliseconds,
            Cached = IsCached,
            Pin = outcome.Pin,
            Redacted = outcome.Redacts,
            Milliseconds = _time.GetElapsedTime(Started).TotalMilliseconds,
        };
    }
}
