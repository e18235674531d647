using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>Generates policies and requests that often match each other.</summary>
internal static class PolicyGenerators
{
    private static readonly string[] Resources = ["https://vault.azure.net", "https://management.azure.com/", "https://VAULT.azure.net/", "api://app/Path"];

    private static readonly string[] Identities = ["kubelet", "adx-ingest", Cluster.NamelessId, Cluster.KubeletId];

    private static readonly string[] DenyPaths =
    [
        "/metadata/identity/oauth2/token", "/metadata/identity/**", "/metadata/instance", "/metadata/instance/**", "/metadata/*/compute", "/METADATA/Instance/Compute/TagsList",
        "/metadata/identity/issuecredential", "/metadata/scheduledevents", "/**", "/latest/**", "/metadata/attested/**",
    ];

    public static Gen<Caller> Caller => Gen.Elements(Cluster.Callers.ToArray());

    public static Gen<PolicyMode> Mode => Gen.Elements(PolicyMode.Enforce, PolicyMode.Audit);

    public static Gen<ImdsRequest> Request => Target.Select(target => Cluster.Request(target.Target, target.Method));

    /// <summary>Valid requests to every endpoint that matters for a decision.</summary>
    public static Gen<(string Method, string Target)> Target => Gen.OneOf(TokenTarget, CertificateTarget, OtherTarget);

    public static Gen<AllowPermission> Allow => Gen.OneOf(
        from identities in Some(Identities)
        from resources in Some(Resources)
        from extra in Gen.Elements(ImmutableArray<string>.Empty, ["foo"])
        select new AllowPermission(PathPattern.Of("/metadata/identity/oauth2/token"), ["GET"], identities, resources, extra),
        from identities in Some(Identities)
        select new AllowPermission(PathPattern.Of("/metadata/identity/issuecredential"), ["POST"], identities, ["*"], []),
        from path in Gen.Elements("/metadata/instance", "/metadata/instance/**", "/metadata/instance/compute", "/metadata/*", "/metadata/**", "/metadata/scheduledevents", "/metadata/attested/document", "/latest/meta-data")
        from methods in Gen.Elements<ImmutableArray<string>>(["GET"], ["POST"], ["GET", "POST"])
        select new AllowPermission(PathPattern.Of(path), methods, default, default, []));

    public static Gen<DenyPermission> Deny =>
        from path in Gen.Elements<string?>([null, .. DenyPaths])
        from methods in Gen.Elements<ImmutableArray<string>>(default, default, ["GET"], ["POST"])
        from identities in Gen.Frequency((2, Gen.Constant(default(ImmutableArray<string>))), (1, Some(Identities)))
        from resources in Gen.Frequency((2, Gen.Constant(default(ImmutableArray<string>))), (1, Some(Resources)))
        from quiet in Gen.Elements(true, false)
        select new DenyPermission(path is null ? null : PathPattern.Of(path), methods, identities, resources, quiet);

    /// <summary>A policy with up to six rules and, sometimes, exceptions to its mode.</summary>
    public static Gen<PolicyDocument> Document =>
        from mode in Mode
        from exceptions in Gen.Frequency((2, Gen.Constant(new List<WorkloadMatch>())), (1, Workload.ListOf().Resize(4).Select(list => list.Take(2).ToList())))
        from rules in Rule.ListOf().Resize(6)
        select new PolicyDocument(
            mode,
            [.. exceptions],
            [Cluster.Kubelet, Cluster.Ingest],
            [.. rules.Take(6).Select((rule, index) => rule with { Name = $"rule-{index}" })],
            "0123456789ab");

    public static Gen<WorkloadMatch> Workload =>
        from namespaces in Gen.Elements<ImmutableArray<string>>(default, ["*"], ["shop"], ["logging", "kube-system"], ["s*"])
        from accounts in Gen.Elements<ImmutableArray<string>>(default, default, ["web"], ["f*"])
        from labels in Gen.Elements<ImmutableArray<KeyValuePair<string, string>>>(default, default, [new("app", "web")])
        select new WorkloadMatch(namespaces, accounts, default, labels);

    /// <summary>A rule. A rule without allows may have its own mode.</summary>
    public static Gen<PolicyRule> Rule =>
        from workloads in Workload.NonEmptyListOf().Resize(3)
        from except in Gen.Frequency((3, Gen.Constant(new List<WorkloadMatch>())), (1, Workload.ListOf().Resize(4).Select(list => list.Take(1).ToList())))
        from allows in Allow.ListOf().Resize(4)
        from denies in Deny.ListOf().Resize(4)
        from mode in Gen.Elements<PolicyMode?>(null, PolicyMode.Enforce, PolicyMode.Audit)
        let allow = allows.Take(3).ToImmutableArray()
        select new PolicyRule("rule", null, allow.IsEmpty ? mode : null, [.. workloads.Take(2)], [.. except], allow, [.. denies.Take(2)]);

    private static Gen<(string, string)> TokenTarget =>
        from selector in Selector
        from resource in Gen.Elements("", "&resource=https://vault.azure.net", "&resource=https://management.azure.com", "&resource=api://app/Path")
        from extra in Gen.Frequency((4, Gen.Constant("")), (1, Gen.Constant("&foo=bar")))
        select ("GET", $"/metadata/identity/oauth2/token?api-version=2018-02-01{resource}{selector}{extra}");

    private static Gen<(string, string)> CertificateTarget =>
        Selector.Select(selector => ("POST", $"/metadata/identity/issuecredential?cred-api-version=2.0{selector}"));

    private static Gen<(string, string)> OtherTarget => Gen.Elements(
        ("GET", "/metadata/instance?api-version=2021-02-01"),
        ("GET", "/metadata/instance/compute?api-version=2021-02-01"),
        ("GET", "/metadata/instance/compute/tagsList?api-version=2021-02-01&format=text"),
        ("GET", "/metadata/scheduledevents"),
        ("POST", "/metadata/scheduledevents"),
        ("GET", "/metadata/attested/document"),
        ("GET", "/latest/meta-data"));

    private static Gen<string> Selector => Gen.Elements(
        "", $"&client_id={Cluster.KubeletId}", $"&client_id={Cluster.IngestId}", $"&client_id={Cluster.NamelessId}",
        $"&object_id={Cluster.Kubelet.ObjectId}", $"&object_id={Cluster.Nameless.ObjectId}", $"&msi_res_id={Cluster.Ingest.ResourceId}", $"&mi_res_id={Cluster.Kubelet.ResourceId}");

    private static Gen<ImmutableArray<string>> Some(string[] names) => Gen.Frequency(
        (1, Gen.Constant<ImmutableArray<string>>(["*"])),
        (2, Gen.Elements(names).NonEmptyListOf().Resize(3).Select(list => list.Take(2).Distinct(StringComparer.Ordinal).ToImmutableArray())));
}
