using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;
using static ImdsProxy.Core.Tests.Proofs.ProofPolicy;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>Each single edit of one policy is reported as the decider shows it on all requests of all workloads of a small cluster.</summary>
public sealed class MutationTests
{
    private const string Ingest = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    private const string Stranger = "aaaaaaaa-0000-4000-8000-00000000000f";
    private const string ObjectId = "0c5e7f8a-3d4b-4f6e-8a21-9b7d6c5e4f30";

    private const string Policy =
        $$"""
        {"name":"ship","workloads":[{"namespaces":["logging"],"serviceAccounts":["ship*"]}],
         "allow":[{"path":"/metadata/identity/oauth2/token","identities":["ingest"],"resources":["https://vault.azure.net"],"asIdentity":"ingest"},{"path":"/metadata/instance/compute"}]},
        {"name":"system","workloads":[{"namespaces":["kube-*"]}],"except":[{"namespaces":["kube-public"]}],
         "allow":[{"path":"/metadata/identity/oauth2/token","identities":["kubelet"],"resources":["*"]},{"path":"/metadata/instance/**","redact":["compute.tags"]}]},
        {"name":"guard","workloads":[{}],"except":[{"namespaces":["kube-system"]}],"deny":[{"path":"/metadata/identity/**","identities":["kubelet"]}]},
        {"name":"probe","workloads":[{"labels":{"app":"mesh"} }],"deny":[{"path":"/metadata/instance","quiet":true}]}
        """;

    /// <summary>Edits: what is replaced by what, and whether B permits more, less, or denies differently.</summary>
    public static TheoryData<string, string, string, string> Edits => new()
    {
        { "widen a namespace", "[\"logging\"]", "[\"logging*\"]", "" },
        { "any namespace", "[\"logging\"]", "[\"*\"]", "" },
        { "narrow an account", "\"ship*\"", "\"shipper\"", "" },
        { "any resource", "\"resources\":[\"https://vault.azure.net\"]", "\"resources\":[\"*\"]", "" },
        { "another identity", "\"identities\":[\"ingest\"]", "\"identities\":[\"ingest\",\"kubelet\"]", "" },
        { "drop a pin", ",\"asIdentity\":\"ingest\"", "", "" },
        { "drop an exception", "\"except\":[{\"namespaces\":[\"kube-public\"]}],", "", "" },
        { "widen a guard's exception", "[\"kube-system\"]", "[\"kube-*\"]", "" },
        { "narrow a guard's path", "/metadata/identity/**", "/metadata/identity/issuecredential", "" },
        { "another case of a guard's path", "/metadata/identity/**", "/metadata/IDENTITY/**", "" },
        { "another case of an allowed path", "/metadata/instance/compute\"", "/metadata/instance/Compute\"", "" },
        { "show a field", "\"redact\":[\"compute.tags\"]", "\"redact\":[\"compute.userData\"]", "" },
        { "keep instead", "\"redact\":[\"compute.tags\"]", "\"keep\":[\"compute.tags\"]", "" },
        { "make a deny loud", ",\"quiet\":true", "", "" },
        { "another label", "\"mesh\"", "\"proxy\"", "" },
        { "audit a guard", "\"name\":\"guard\",", "\"name\":\"guard\",\"mode\":\"audit\",", "" },
        { "enforce a guard always", "\"name\":\"guard\",", "\"name\":\"guard\",\"mode\":\"enforce\",", "" },
        { "lower the mode", "", "", "\"mode\":\"audit\"" },
        { "lower the mode of one namespace", "", "", "\"mode\":\"enforce\",\"auditOnly\":[{\"namespaces\":[\"logging\"]}]" },
        { "rename a rule", "\"name\":\"system\"", "\"name\":\"renamed\"", "" },
        { "another subtree", "/metadata/instance/**", "/metadata/instance/*", "" },
        { "allow POST", "\"redact\":", "\"methods\":[\"GET\"],\"redact\":", "" },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void Compare_OfASingleEdit_ReportsWhatTheDeciderShows(string edit, string from, string to, string mode)
    {
        var a = Of(Policy);
        var b = Of(from.Length == 0 ? Policy : Policy.Replace(from, to, StringComparison.Ordinal), mode.Length == 0 ? "\"mode\":\"enforce\"" : mode);
        foreach (var assumption in Enum.GetValues<Assumption>())
        {
            var comparison = PolicyProofs.Compare(a, b, assumption);
            comparison.Verdict.ShouldBe(ProofVerdict.Complete);
            Sorted(Reported(comparison)).ShouldBe(Sorted(Enumerated(a, b, assumption)), $"{edit}, {assumption}");
        }
    }

    private static string Sorted(IEnumerable<string> kinds) => string.Join(", ", kinds.Order(StringComparer.Ordinal));

    private static IEnumerable<string> Reported(Comparison comparison) => comparison.More.Select(static difference => $"more {difference.Kind}")
        .Concat(comparison.Less.Select(static difference => $"less {difference.Kind}"))
        .Concat(comparison.Quieter.Select(static _ => "quieter"))
        .Concat(comparison.Louder.Select(static _ => "louder"))
        .Distinct(StringComparer.Ordinal);

    private static HashSet<string> Enumerated(PolicyDocument a, PolicyDocument b, Assumption assumption)
    {
        var (before, after) = (PolicySide.Of(a, assumption).Decider, PolicySide.Of(b, assumption).Decider);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var caller in Callers())
        {
            foreach (var (request, answer) in Requests())
            {
                var (one, other) = (Points.Decide(before, caller, request, answer), Points.Decide(after, caller, request, answer));
                Add(found, one, other, request);
            }
        }

        return found;
    }

    private static void Add(
        HashSet<string> found, (Outcome Outcome, DocumentView? View) one, (Outcome Outcome, DocumentView? View) other, ImdsRequest request)
    {
        if (one.Outcome != other.Outcome)
        {
            found.Add(
                other.Outcome == Outcome.Permitted ? "more Access"
                : one.Outcome == Outcome.Permitted ? "less Access"
                : other.Outcome == Outcome.DeniedQuietly ? "quieter"
                : "louder");
            return;
        }

        if (ViewDifference.Of(one.View, other.View, request.Path).Count > 0)
        {
            found.Add("more Fields");
        }

        if (ViewDifference.Of(other.View, one.View, request.Path).Count > 0)
        {
            found.Add("less Fields");
        }
    }

    private static IEnumerable<Caller> Callers() =>
        from ns in new[] { "logging", "logging-2", "kube-system", "kube-public", "kube-x", "shop" }
        from account in new[] { "shipper", "ship", "web" }
        from app in new[] { null, "mesh", "proxy" }
        select new Caller.Pod(new PodIdentity(ns, "pod", "uid", account, null, app is null ? [] : [new("app", app)]));

    private static IEnumerable<(ImdsRequest Request, CredentialAnswer? Answer)> Requests()
    {
        var ids = new[] { Kubelet, Ingest, Stranger };
        foreach (var selector in new[] { "", $"&client_id={Kubelet}", $"&client_id={Ingest}", $"&client_id={Stranger}", $"&object_id={ObjectId}", $"&object_id={Stranger}" })
        {
            foreach (var id in ids)
            {
                foreach (var resource in new[] { "https://vault.azure.net", "https://graph.microsoft.com" })
                {
                    yield return (Parse("GET", $"/metadata/identity/oauth2/token?resource={resource}{selector}"), new CredentialAnswer(id, resource));
                }

                yield return (Parse("POST", $"/metadata/identity/issuecredential?api-version=1{selector}"), new CredentialAnswer(id, null));
            }
        }

        foreach (var path in new[] { "", "/compute", "/Compute", "/compute/tags", "/compute/userData", "/network", "/x/y" })
        {
            yield return (Parse("GET", $"/metadata/instance{path}"), null);
        }

        yield return (Parse("GET", "/metadata/versions"), null);
        yield return (Parse("GET", "/latest"), null);
    }

    private static ImdsRequest Parse(string method, string target) => ImdsRequestParser.ParseTarget(method, target).Request!;
}
