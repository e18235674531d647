using System.Net;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;
using ImdsProxy.Deny;
using ImdsProxy.Listen;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Enforce;

/// <summary>One request on its way through the proxy, with everything that its record will contain.</summary>
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

    /// <summary>The time when the request began, as a timestamp of the clock.</summary>
    public long Started { get; }

    /// <summary>The request's connection; null if it did not arrive through the data listener.</summary>
    public CallerConnection? Connection { get; }

    public IPAddress Address { get; }

    /// <summary>The share of limits that the request counts for.</summary>
    public CallerKey Key => Connection?.Open?.Caller ?? new CallerKey(Address);

    public Caller Caller { get; set; } = Caller.Unknown.Instance;

    public ImdsRequest? Request { get; set; }

    /// <summary>Whether the request lacks IMDS's header. False if its headers were not read.</summary>
    public bool IsProbe { get; set; }

    public IReadOnlyList<string>? EventIds { get; set; }

    /// <summary>The policy that decides, or null if no policy is loaded yet.</summary>
    public PolicySnapshot? Policy { get; set; }

    /// <summary>
    /// Whether the caller exceeds its limit of requests in flight or of requests per second. Audit mode records this and forwards
    /// the request.
    /// </summary>
    public bool IsOverLimit { get; set; }

    /// <summary>Whether the caller is above the rate up to which each request gets its own record.</summary>
    public bool IsAboveRecordRate { get; set; }

    /// <summary>Whether the answer came from the cache, or was fetched for another request.</summary>
    public bool IsCached { get; set; }

    /// <summary>Whether the connection was opened by a pod that no longer holds this address. Waiting does not help; a new connection does.</summary>
    public bool IsOfAnotherPod { get; private set; }

    /// <summary>Whether the record has been made. A request has exactly one record.</summary>
    public bool IsRecorded { get; private set; }

    public Asker Asker => new(Caller, Address, Context.TraceIdentifier);

    /// <summary>The mode for the caller. Without a policy, everything is denied, so the mode is enforce.</summary>
    public PolicyMode Mode => Policy?.ModeOf(Caller) ?? PolicyMode.Enforce;

    /// <summary>Ends a connection that another pod opened.</summary>
    public void EndConnection()
    {
        IsOfAnotherPod = true;
        ConnectionEnd.After(Context.Response);
    }

    /// <summary>Gives the request the id of the summary that counts it, in its answer and in the proxy's log.</summary>
    public void JoinSummary(string id)
    {
        Context.TraceIdentifier = id;
        Context.Response.Headers[AnswerWriter.RequestIdHeader] = id;
    }

    /// <summary>Notes the time at which the request is sent to IMDS.</summary>
    public void Sent() => _sent = _time.GetTimestamp();

    /// <summary>Notes that IMDS has answered or failed. Returns the elapsed seconds.</summary>
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
            IsInterfaceEvidence = Connection?.IsInterfaceEvidence == true,
            Request = Request,
            Probe = IsProbe,
            RawMethod = Request is null ? target?.Method : null,
            RawTarget = Request is null ? target?.RawTarget : null,
            Error = outcome.Error,
            UserAgent = Context.Request.Headers.UserAgent.Count > 0 ? Context.Request.Headers.UserAgent[0] : null,
            EventIds = EventIds,
            Status = outcome.Status,
            Bytes = outcome.Bytes,
            Issued = outcome.Issued,
            Returned = outcome.Returned,
            UpstreamStatus = outcome.UpstreamStatus,
            UpstreamMilliseconds = _upstreamMilliseconds,
            Cached = IsCached,
            Pin = outcome.Pin,
            Redacted = outcome.Redacts,
            Milliseconds = _time.GetElapsedTime(Started).TotalMilliseconds,
        };
    }
}
