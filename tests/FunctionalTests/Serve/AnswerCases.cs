using System.Collections.Immutable;
using System.Net;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>The contract's answers and modes as a table, for the policy <see cref="Policies.Cluster(string)"/>.</summary>
internal static class AnswerCases
{
    private static readonly IPAddress Fluent = Pods.FluentBit;

    public static ImmutableArray<AnswerCase> All { get; } =
    [
        new("permitted token", Fluent, Get(Targets.KustoToken), Allowed("fluent-bit")),
        new("permitted token by object id", Fluent, Get(Targets.Token(Targets.Kusto, $"object_id={Policies.IngestObject}")), Allowed("fluent-bit")),
        new("permitted token by resource id", Fluent, Get(Targets.Token(Targets.Kusto, $"msi_res_id={Policies.IngestResource}")), Allowed("fluent-bit")),
        new("permitted token without selector, answered as another identity", Fluent, Get(Targets.Token(Targets.Kusto)),
            Denied("identity-mismatch") with { ReachesImds = true }, WouldDeny("identity-mismatch")),
        new("permitted leaf", Fluent, Get(Targets.Location), Allowed("fluent-bit")),
        new("permitted POST", Fluent, new RawRequest("POST", Targets.ScheduledEvents).WithBody(Targets.Approval), Allowed("fluent-bit")),
        new("IMDS's own error", Fluent, Get("/metadata/instance/compute/location?api-version=1999-01-01&format=text"), Allowed("fluent-bit") with { Status = 400 }),
        new("parameter that the permission lists", Pods.Autoscaler,
            Get(Targets.Token(Targets.Management, $"client_id={Policies.Kubelet}&authority=https%3A%2F%2Flogin.microsoftonline.com%2Fx")), Allowed("autoscaler")),

        new("token for another resource", Fluent, Get(Targets.Token(Targets.Management, $"client_id={Policies.Ingest}")), Denied("no-rule"), WouldDeny("no-rule")),
        new("token as another identity", Fluent, Get(Targets.Token(Targets.Kusto, $"client_id={Policies.Kubelet}")), Denied("no-rule"), WouldDeny("no-rule")),
        new("token of an identity that no alias resolves", Fluent, Get(Targets.Token(Targets.Kusto, "object_id=00000000-0000-0000-0000-000000000001")),
            Denied("no-rule"), WouldDeny("no-rule") with { Status = 400 }),
        new("token without resource", Fluent, Get("/metadata/identity/oauth2/token?api-version=2018-02-01"), Denied("no-rule"), WouldDeny("no-rule") with { Status = 400 }),
        new("path that no rule allows", Pods.Web, Get("/metadata/instance/compute?api-version=2021-02-01"), Denied("no-rule"), WouldDeny("no-rule")),
        new("denied by a rule", Pods.Web, Get(Targets.Instance), Denied("deny-rule", "istio"), WouldDeny("deny-rule", "istio")),
        new("path that IMDS does not have", Pods.Web, Get("/latest/meta-data/iam"), Denied("unknown-endpoint"), WouldDeny("unknown-endpoint") with { Status = 404 }),
        new("POST of events where only GET is allowed", Pods.Autoscaler, new RawRequest("POST", Targets.ScheduledEvents).WithBody(Targets.Approval),
            Denied("no-rule"), WouldDeny("no-rule")),
        new("parameter that IMDS does not have", Fluent, Get(Targets.KustoToken + "&foo=bar"), Denied("unknown-parameter"), WouldDeny("unknown-parameter")),

        new("malformed", Fluent, Get("/metadata/identity%2foauth2/token"), Rejected("bad-request")),
        new("malformed from an unknown caller", Pods.Stranger, Get("/metadata//instance"), Rejected("bad-request")),
        new("body that is not JSON", Fluent, new RawRequest("POST", Targets.ScheduledEvents).WithBody("{"), Rejected("bad-request")),

        new("relayed, says Forwarded", Fluent, Get(Targets.KustoToken).With("Forwarded", "for=10.0.0.1"), Denied("bad-request"), WouldDeny("bad-request")),
        new("relayed, says X-Forwarded-Host", Fluent, Get(Targets.Location).With("x-forwarded-host", ""), Denied("bad-request"), WouldDeny("bad-request")),
        new("relayed, says X-Real-IP", Fluent, new RawRequest("POST", Targets.ScheduledEvents).WithBody(Targets.Approval).With("X-Real-IP", "10.0.0.1"),
            Denied("bad-request"), WouldDeny("bad-request")),
        new("relayed, where no rule allows it anyway", Pods.Web, Get(Targets.Location).With("X-Real-IP", "10.0.0.1"), Denied("no-rule"), WouldDeny("no-rule")),
        new("relayed, says X-Forwarded-For", Fluent, Get(Targets.KustoToken).With("X-Forwarded-For", "10.0.0.1"), Rejected("bad-request")),
        new("through an Envoy that names itself", Fluent, Get(Targets.KustoToken).With("Via", "1.1 envoy"), Allowed("fluent-bit")),

        new("stranger", Pods.Stranger, Get(Targets.Instance), Denied("caller-unknown") with { Status = 503 }, WouldDeny("caller-unknown")),
        new("address of two pods", Pods.Twins, Get(Targets.Instance), Denied("caller-ambiguous"), WouldDeny("caller-ambiguous")),

        new("probe where something is allowed", Fluent, Get(Targets.KustoToken).Without("Metadata"), Rejected("missing-header")),
        new("probe of the bare path, where something is allowed", Fluent, Get(Targets.TokenPath).Without("Metadata"), Rejected("missing-header")),
        new("probe where nothing is allowed", Pods.Web, Get(Targets.TokenPath).Without("Metadata"), Denied("no-rule"), Probed("no-rule")),
        new("probe of a path that a rule denies", Pods.Web, Get(Targets.Instance).Without("Metadata"), Denied("deny-rule", "istio"), Probed("deny-rule", "istio")),
        new("probe with Metadata: false", Pods.Web, Get(Targets.TokenPath).Without("Metadata").With("Metadata", "false"), Denied("no-rule"), Probed("no-rule")),
        new("probe of an unknown caller", Pods.Stranger, Get(Targets.TokenPath).Without("Metadata"), Rejected("missing-header")),
        new("probe from an address of two pods", Pods.Twins, Get(Targets.TokenPath).Without("Metadata"), Denied("caller-ambiguous"), Probed("caller-ambiguous")),
    ];

    private static RawRequest Get(string target) => RawRequest.Get(target);

    private static AnswerCase.End Allowed(string rule) => new(200, "allowed", "rule", rule, ReachesImds: true);

    private static AnswerCase.End Denied(string reason, string? rule = null) => new(403, "denied", reason, rule, ReachesImds: false);

    private static AnswerCase.End WouldDeny(string reason, string? rule = null) => new(200, "would-deny", reason, rule, ReachesImds: true);

    private static AnswerCase.End Probed(string reason, string? rule = null) => new(400, "would-deny", reason, rule, ReachesImds: false);

    private static AnswerCase.End Rejected(string reason) => new(400, "rejected", reason, null, ReachesImds: false);
}
