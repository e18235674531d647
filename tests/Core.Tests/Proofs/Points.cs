using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>A small universe of callers, requests and answers, made of the names of <see cref="RandomPolicies"/> and of others.</summary>
internal static class Points
{
    private static readonly string[] Namespaces = ["a", "a-b", "a-c", "ax", "shop", "shop-1", "kube-system", "zzz"];
    private static readonly string[] Accounts = ["web", "wex", "wx", "default", "q"];
    private static readonly string?[] Owners = [null, "DaemonSet/log", "DaemonSet/lox", "DaemonSet/x", "Job/a", "Job/b"];

    private static readonly KeyValuePair<string, string>[][] Labels =
        [[], [new("app", "web")], [new("app", "api")], [new("app", "web"), new("tier", "front")], [new("tier", "front")], [new("app", "x")]];

    private static readonly string[] Selectors =
    [
        "", .. RandomPolicies.ClientIds.Append("44444444-0000-4000-8000-000000000001").Select(static id => $"&client_id={id}"),
        .. RandomPolicies.ObjectIds.Select(static id => $"&object_id={id}"), .. RandomPolicies.ResourceIds.Select(static id => $"&mi_res_id={id}"), "&object_id=55555555-0000-4000-8000-000000000001",
    ];

    private static readonly string[] Resources = [.. RandomPolicies.Resources, "https://vault.azure.net///", "https://graph.microsoft.com"];

    private static readonly string[] Extras = ["", "&foo=1", "&bar=1", "&foo=1&bar=1", "&FOO=1", "&zzz=1"];

    private static readonly string[] Paths =
    [
        "/metadata/instance", "/metadata/instance/compute", "/metadata/instance/compute/tags", "/metadata/instance/compute/Tags", "/metadata/instance/x", "/metadata/instance/x/tags",
        "/metadata/instance/network/interface/0/macAddress", "/metadata/instance/compute/tagsList/1/name", "/metadata/versions", "/metadata/attested/document", "/latest/meta-data",
        "/latest/META-DATA", "/latest/x", "/metadata/x", "/metadata/identity/info", "/x/y/oauth2/z", "/", "/x",
    ];

    private static readonly ImmutableArray<ImdsRequest> Requests = [.. AllRequests()];

    public static Caller.Pod Caller(Random random)
    {
        var (ns, account) = (Of(random, Namespaces), Of(random, Accounts));
        return new Caller.Pod(new PodIdentity(ns, "pod", "uid", account, Of(random, Owners), Of(random, Labels)));
    }

    /// <summary>A request; every second one asks for a credential.</summary>
    public static ImdsRequest Request(Random random)
    {
        var wanted = random.Next(2) == 0;
        while (true)
        {
            var request = Requests[random.Next(Requests.Length)];
            if (request.Endpoint.IssuesCredential == wanted)
            {
                return request;
            }
        }
    }

    public static CredentialAnswer? Answer(Random random, ImdsRequest request)
    {
        if (!request.Endpoint.IssuesCredential)
        {
            return null;
        }

        var isToken = request.Endpoint.Kind == EndpointKind.Token;
        var resource = !isToken ? null : random.Next(2) == 0 && request.Resource is { } asked ? asked : Of(random, Resources);
        var id = random.Next(2) == 0 && request.Selector is { Kind: SelectorKind.ClientId } selector ? selector.Value : Of(random, RandomPolicies.ClientIds);
        var audience = isToken && random.Next(4) == 0 ? RandomPolicies.Application : null;
        var resourceId = random.Next(4) == 0 ? Of(random, RandomPolicies.ResourceIds) : null;
        return new CredentialAnswer(id, resource) { Claims = audience is null && resourceId is null ? null : new TokenClaims(null, null, resourceId, audience, null) };
    }

    /// <summary>What a policy does with it in the end.</summary>
    public static (Outcome Outcome, DocumentView? View) Decide(PolicySnapshot policy, Caller caller, ImdsRequest request, CredentialAnswer? answer)
    {
        var decision = policy.Decide(caller, request);
        if (decision is Permit && answer is not null)
        {
            decision = policy.DecideAnswer(caller, request, answer);
        }

        return decision switch
        {
            Permit permit => (Outcome.Permitted, permit.IsRedacted ? permit.View : null),
            Denial { Quiet: true } => (Outcome.DeniedQuietly, null),
            _ => (Outcome.Denied, null),
        };
    }

    private static IEnumerable<ImdsRequest> AllRequests()
    {
        var targets = Extras.SelectMany(static extra => Selectors.SelectMany(selector => Resources.Select(static resource => "&resource=" + resource).Append("")
            .Select(resource => ("GET", $"/metadata/identity/oauth2/token?api-version=2018-02-01{resource}{selector}{extra}"))
            .Append(("POST", $"/metadata/identity/issuecredential?api-version=2018-02-01{selector}{extra}"))));
        var others = Extras.SelectMany(static extra => Paths.Append("/metadata/scheduledevents").SelectMany(path => new[] { "GET", "POST", "PUT" }
            .Select(method => (method, extra.Length == 0 ? path : $"{path}?{extra[1..]}"))));
        return targets.Concat(others).Select(static target => ImdsRequestParser.ParseTarget(target.Item1, target.Item2).Request).OfType<ImdsRequest>();
    }

    private static T Of<T>(Random random, T[] items) => items[random.Next(items.Length)];
}
