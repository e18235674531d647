using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>A denied request stays denied in every equivalent spelling.</summary>
public sealed class DenyRewritingTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    private static readonly Gen<Case> Cases =
        from mode in Gen.Elements<PolicyMode?>(null, PolicyMode.Enforce)
        from deny in PolicyGenerators.Deny
        from caller in Gen.Elements(Cluster.Pods.ToArray())
        from target in PolicyGenerators.Target
        from rewriting in Rewriting(target.Target)
        select new Case(mode, deny, caller, target.Method, target.Target, rewriting);

    [Fact]
    public void Deny_EquivalentSpelling_IsDeniedToo()
    {
        var denied = 0;
        ForEach(test =>
        {
            if (!Cluster.LetsThrough(Policy(test), test.Caller, test.Method, test.Target))
            {
                denied++;
                Cluster.LetsThrough(Policy(test), test.Caller, test.Method, test.Rewritten).ShouldBeFalse(test.Rewritten);
            }
        });

        denied.ShouldBeGreaterThan(200);
    }

    // Without this test, the property above could hold because all rewritings are malformed.
    [Fact]
    public void EquivalentSpellings_OfAllowedRequests_AreMostlyAllowed()
    {
        var (all, through) = (0, 0);
        ForEach(test =>
        {
            var policy = PolicySnapshot.Compile(Cluster.Document(PolicyMode.Enforce, Cluster.Everything));
            if (Cluster.LetsThrough(policy, test.Caller, test.Method, test.Target))
            {
                all++;
                through += Cluster.LetsThrough(policy, test.Caller, test.Method, test.Rewritten) ? 1 : 0;
            }
        });

        all.ShouldBeGreaterThan(600);
        through.ShouldBeGreaterThan(all / 2);
    }

    private static PolicySnapshot Policy(Case test) =>
        PolicySnapshot.Compile(Cluster.Document(PolicyMode.Enforce, Cluster.Everything, Cluster.Rule("deny", [], [test.Deny], test.Mode)));

    /// <summary>
    /// Requests that are equivalent for IMDS: parameters in another order, other names of the same identity, and other case or
    /// slashes where IMDS or the directory ignores them.
    /// </summary>
    private static Gen<string> Rewriting(string target)
    {
        var parts = target.Split('?', 2);
        return from path in Path(parts[0])
               from parameters in Gen.CollectToSequence(parts.ElementAtOrDefault(1)?.Split('&') ?? [], Parameter)
               from seed in Gen.Choose(0, int.MaxValue - 1)
               select parameters.Any() ? $"{path}?{string.Join('&', Shuffled(seed, parameters.Where(parameter => parameter.Length > 0)))}" : path;
    }

    private static Gen<string> Path(string path)
    {
        var leaf = path.StartsWith("/metadata/instance/", StringComparison.Ordinal) ? "/metadata/instance/" + path["/metadata/instance/".Length..].ToUpperInvariant() : path;
        return from metadata in Gen.Elements("/metadata", "/METADATA", "/Metadata")
               from rest in Gen.Elements(path, leaf)
               from slash in Gen.Elements("", "/")
               select rest.Replace("/metadata", metadata, StringComparison.Ordinal) + slash;
    }

    private static Gen<string> Parameter(string parameter) => parameter.Split('=') switch
    {
        ["resource", var resource] => Resource(resource).Select(other => $"resource={other}"),
        ["client_id" or "object_id" or "msi_res_id" or "mi_res_id", var id] => Selector(id),
        _ => Gen.Constant(parameter),
    };

    private static Gen<string> Resource(string resource) =>
        from text in Gen.Elements(resource, resource.ToUpperInvariant(), resource.ToLowerInvariant())
        from slash in Gen.Elements("", "/", "//")
        from escaped in Gen.Elements(true, false)
        let whole = text.TrimEnd('/') + slash
        select escaped ? Uri.EscapeDataString(whole) : whole;

    private static Gen<string> Selector(string id)
    {
        var identity = new[] { Cluster.Kubelet, Cluster.Ingest, Cluster.Nameless }.Single(one => id == one.ClientId || id == one.ObjectId || id == one.ResourceId);
        (string, string)[] names =
            [("client_id", identity.ClientId), ("object_id", identity.ObjectId!), ("msi_res_id", identity.ResourceId!), ("mi_res_id", identity.ResourceId!)];

        // A request that names no identity gets the node's first identity.
        return from name in Gen.Elements(names)
               from value in Gen.Elements(name.Item2, name.Item2.ToUpperInvariant(), name.Item2.ToLowerInvariant())
               from none in Gen.Elements(identity == Cluster.Kubelet, false, false)
               select none ? "" : $"{name.Item1}={value}";
    }

    private static string[] Shuffled(int seed, IEnumerable<string> items)
    {
        var array = items.ToArray();
        new Random(seed).Shuffle(array);
        return array;
    }

    private static void ForEach(Action<Case> check) => Prop.ForAll(Cases.ToArbitrary(), check).Check(Many);

    private sealed record Case(PolicyMode? Mode, DenyPermission Deny, Caller Caller, string Method, string Target, string Rewritten);
}
