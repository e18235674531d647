using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Deny;

/// <summary>All answers that the proxy itself creates.</summary>
internal sealed class Answers(AnswerOptions options)
{
    // The exact wording of IMDS (from Microsoft's documentation, and observed). Clients detect IMDS by this wording.
    private static readonly Answer TokenWithoutMetadata = Answer.Verbatim(
        400, """{"error":"invalid_request","error_description":"Required metadata header not specified"}"""u8.ToArray());

    private static readonly Answer InstanceWithoutMetadata = Answer.Verbatim(
        400, """{ "error": "Bad request: . Required metadata header not specified" }"""u8.ToArray());

    private readonly KeptTemplates _kept = new();

    /// <summary>The answer to a denied request. Names the caller, the request and the reason, but never the policy.</summary>
    public Answer Denied(Denial denial, Asker asker, CredentialAnswer? returned)
    {
        // A pod repeats the same requests, so its denials are cached. A response of IMDS and the address of an unknown caller may differ each time.
        if (returned is not null || denial.Caller is not Caller.Pod)
        {
            return Template(denial, asker, returned).For(asker.RequestId);
        }

        var template = _kept.Find(denial);
        if (template is null)
        {
            template = Template(denial, asker, returned: null);
            _kept.Keep(denial, template);
        }

        return template.For(asker.RequestId);
    }

    /// <summary>The answer to a request that arrives before a policy has been loaded.</summary>
    public Answer NotReady(Asker asker) => new AnswerTemplate(
        503,
        "not_ready",
        DenialText.Sentence("this request", "no valid policy has been loaded yet", asker, options.Help),
        retryAfterSeconds: 1).For(asker.RequestId);

    /// <summary>IMDS's own answer to a request without <c>Metadata: true</c>.</summary>
    public static Answer MissingMetadata(ImdsRequest request) =>
        request.Path.StartsWith("/metadata/identity/", StringComparison.Ordinal) ? TokenWithoutMetadata : InstanceWithoutMetadata;

    public static Answer Malformed(string message) => new(400, "bad_request", "ImdsProxy refused the request: " + message);

    public static Answer BadGateway(string message) => new(502, "bad_gateway", "ImdsProxy: " + message);

    public static Answer GatewayTimeout() => new(504, "gateway_timeout", "ImdsProxy: IMDS did not answer in time");

    public static Answer TooMany(string message, int retryAfterSeconds = 1) => new(429, "too_many_requests", "ImdsProxy: " + message, retryAfterSeconds);

    public static Answer AuditUnavailable() => new(
        503, "audit_unavailable", "ImdsProxy cannot write its audit log, and does not answer a request that it cannot record", retryAfterSeconds: 1);

    public static Answer Broken() => new(500, "internal_error", "ImdsProxy failed to handle this request; its log states the reason");

    private AnswerTemplate Template(Denial denial, in Asker asker, CredentialAnswer? returned)
    {
        var description = DenialText.Describe(denial, asker, returned, options.Help);
        return denial.Reason switch
        {
            // A pod becomes known within seconds, and clients that honour Retry-After try again.
            Reason.CallerUnknown => new AnswerTemplate(503, "caller_unknown", description, retryAfterSeconds: 1),
            _ when options.TokenDenial == TokenDenialForm.IdentityNotFound && denial.Request.Endpoint.Kind == EndpointKind.Token =>
                new AnswerTemplate(400, "invalid_request", ("Identity not found: " + description.Before, description.After)),
            _ => new AnswerTemplate(403, "access_denied", description),
        };
    }
}
