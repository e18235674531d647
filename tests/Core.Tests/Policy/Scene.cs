using System.Text;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>Two identities, a pod, and policies that give the pod a few permissions.</summary>
internal static class Scene
{
    public const string Web = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    public const string Other = "0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    public const string WebResourceId = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web";
    public const string Vault = "https://vault.azure.net";
    public const string Token = "/metadata/identity/oauth2/token";

    public static Caller Pod { get; } = new Caller.Pod(new PodIdentity("a", "pod", "1", "default", null, []));

    /// <summary>A policy with one rule for the pod's namespace.</summary>
    public static PolicySnapshot Policy(string permissions, string mode = "enforce", string more = "") => Compile(
        $$"""
        {"version":1,"mode":"{{mode}}","identities":{"web":{"clientId":"{{Web}}","resourceId":"{{WebResourceId}}"},"other":{"clientId":"{{Other}}"} },
        "rules":[{"name":"one","workloads":[{"namespaces":["a"]}],{{permissions}}}{{more}}]}
        """);

    public static PolicySnapshot Compile(string json)
    {
        var load = PolicyLoader.Load(Encoding.UTF8.GetBytes(json));
        return PolicySnapshot.Compile(load.Document ?? throw new InvalidOperationException(string.Join('\n', load.Problems)));
    }

    public static ImdsRequest Get(string target) => ImdsRequestParser.ParseTarget("GET", target) is { IsParsed: true } parsed
        ? parsed.Request
        : throw new ArgumentException(target, nameof(target));

    public static ImdsRequest TokenRequest(string more = "") => Get($"{Token}?api-version=2018-02-01&resource={Vault}{more}");
}
