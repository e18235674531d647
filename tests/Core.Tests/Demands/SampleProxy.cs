using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;
using ImdsProxy.Core.Tests.Policy;

namespace ImdsProxy.Core.Tests.Demands;

/// <summary>Serves requests under a policy and records them, as the proxy does in front of the IMDS of <see cref="Cluster"/>.</summary>
internal sealed class SampleProxy(PolicyDocument document, SampleLog log)
{
    private readonly PolicySnapshot _policy = PolicySnapshot.Compile(document);

    /// <summary>A policy that permits nothing and denies nothing.</summary>
    public static PolicyDocument Nothing { get; } = Cluster.Document(PolicyMode.Audit);

    /// <summary>Serves a request. Returns whether the caller gets the answer of IMDS.</summary>
    public bool Serve(DateTimeOffset at, Caller caller, string target, string method = "GET", bool isProbe = false, string agent = "azsdk-net-Identity/1.21")
    {
        var request = Cluster.Request(target, method);
        if (isProbe)
        {
            return Probe(at, caller, request, agent);
        }

        if (_policy.Decide(caller, request) is not Permit permit)
        {
            return Deny(at, request, (Denial)_policy.Decide(caller, request), agent);
        }

        if (!request.Endpoint.IssuesCredential)
        {
            Add(at, request, agent, permit, StatusOf(request), null);
            return true;
        }

        if (request.Endpoint.Kind == EndpointKind.Token && request.Resource is null)
        {
            Add(at, request, agent, permit, 400, null);
            return true;
        }

        var answer = Cluster.AnswerTo(permit.Request);
        var decision = _policy.DecideAnswer(caller, request, answer);
        if (decision is Denial denial)
        {
            return Deny(at, request, denial, agent, answer);
        }

        Add(at, request, agent, (Permit)decision, 200, answer);
        return true;
    }

    // As IMDS answers: 404 for a path that it does not have, 400 without api-version.
    private static int StatusOf(ImdsRequest request) =>
        !request.Endpoint.IsKnown ? 404
        : request.Endpoint.Kind == EndpointKind.Instance && request.ApiVersion is null ? 400
        : 200;

    private void Add(DateTimeOffset at, ImdsRequest request, string agent, Permit permit, int status, CredentialAnswer? answer) => log.Add(
        Of(at, permit.Caller, request, permit.Shadow is null ? Verdict.Allowed : Verdict.WouldDeny, permit.Reason, permit.Rule, permit.Mode, status, agent, status, permit.Pin,
            answer is null ? null : new IssuedCredential(_policy.AliasOf(answer.ClientId), answer.ClientId, answer.Resource, at.AddHours(24), $"uti{at.Ticks}")));

    private bool Deny(DateTimeOffset at, ImdsRequest request, Denial denial, string agent, CredentialAnswer? returned = null)
    {
        log.Add(
            Of(at, denial.Caller, request, Verdict.Denied, denial.Reason, denial.Rule, denial.Mode, 403, agent, returned is null ? null : 200, null, null),
            returned is null ? null : line => line.Replace(
                ",\"upstream\":",
                $",\"returned\":{{\"clientId\":\"{returned.ClientId}\"{(returned.Resource is null ? "" : $",\"resource\":\"{returned.Resource}\"")}}},\"upstream\":",
                StringComparison.Ordinal));
        return false;
    }

    private bool Probe(DateTimeOffset at, Caller caller, ImdsRequest request, string agent)
    {
        var denial = _policy.DecideProbe(caller, request);
        var isDenied = denial is { Mode: PolicyMode.Enforce };
        var record = denial is null
            ? Of(at, caller, request, Verdict.Rejected, Reason.MissingHeader, null, PolicyMode.Enforce, 400, agent, null, null, null)
            : Of(at, caller, request, isDenied ? Verdict.Denied : Verdict.WouldDeny, denial.Reason, denial.Rule, denial.Mode, isDenied ? 403 : 400, agent, null, null, null);
        log.Add(record, static line => line.Replace("\"request\":{", "\"request\":{\"probe\":true,", StringComparison.Ordinal));
        return !isDenied;
    }

    private AuditRecord Of(
        DateTimeOffset at, Caller caller, ImdsRequest request, Verdict verdict, Reason reason, string? rule, PolicyMode mode, int status, string agent, int? upstream, string? pin, IssuedCredential? issued)
    {
        var record = SampleLog.Record(at, caller, verdict, reason, status);
        return new AuditRecord
        {
            Timestamp = at,
            Id = record.Id,
            Verdict = verdict,
            Reason = reason,
            Rule = rule,
            Mode = mode,
            PolicyRevision = _policy.Revision,
            Caller = caller,
            CallerIp = record.CallerIp,
            CallerPort = record.CallerPort,
            CallerInterface = record.CallerInterface,
            Request = request,
            UserAgent = agent,
            Status = status,
            Bytes = record.Bytes,
            Issued = issued,
            Pin = pin,
            UpstreamStatus = upstream,
            UpstreamMilliseconds = upstream is null ? null : record.Milliseconds,
            Milliseconds = record.Milliseconds,
        };
    }
}
