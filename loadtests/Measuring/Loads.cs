using ImdsProxy.LoadTests.Upstream;

namespace ImdsProxy.LoadTests.Measuring;

/// <summary>The available loads.</summary>
internal static class Loads
{
    private const string InstancePath = "/metadata/instance?api-version=2021-02-01";
    private const string TokenPath = "/metadata/identity/oauth2/token?api-version=2018-02-01";

    // A resource that no rule names, requested with an identity that a rule does name.
    private const string OtherResource = "https%3A%2F%2Fvault.azure.net";

    // The proxy caches 512 parsed targets. A node's pods use far fewer.
    private const int MostTargets = 320;

    /// <summary>A permitted instance document with a single target. As shipped, ImdsProxy shares its answers.</summary>
    public static Load SameInstance(int connections) => new("pass-through, same target", connections, [InstancePath]);

    /// <summary>
    /// Permitted instance documents with more targets than connections, so that concurrent requests differ. Without a
    /// cache, each request goes to IMDS.
    /// </summary>
    public static Load Instance(int connections) => new("pass-through", connections, Several(connections, InstancePath));

    /// <summary>A permitted token with a single target.</summary>
    public static Load Token(int connections) => new("token", connections, [TokenOf(TokenPath, StubAnswers.EscapedResource)]);

    /// <summary>The same with an IMDS that takes time to answer, which shows what a cached token saves a pod.</summary>
    public static Load TokenOfSlowImds => Token(1) with { Latency = 2 };

    /// <summary>Permitted tokens with several targets, like <see cref="Instance"/>.</summary>
    public static Load Tokens(int connections) => new("token, different ones", connections, [.. Several(connections, TokenPath).Select(path => TokenOf(path, StubAnswers.EscapedResource))]);

    /// <summary>A token for a resource that no rule permits.</summary>
    public static Load Denial(int connections) => new("denial", connections, [TokenOf(TokenPath, OtherResource)]) { Good = 0 };

    /// <summary>A path that contains an encoded slash.</summary>
    public static Load Malformed(int connections) => new("malformed", connections, ["/metadata/instance/..%2fidentity?api-version=2018-02-01"]) { Good = 0 };

    /// <summary>A mix of ten requests: six for one token, two for the instance document, one denied, one malformed.</summary>
    public static Load Mix(int connections)
    {
        var (token, instance) = (Token(1).Targets[0], InstancePath);
        return new("mix", connections, [token, instance, token, Denial(1).Targets[0], token, token, instance, token, Malformed(1).Targets[0], token]) { Good = 0.8 };
    }

    private static string TokenOf(string path, string resource) => $"{path}&resource={resource}&client_id={StubAnswers.ClientId}";

    // Targets that differ only in the API version mean the same.
    private static List<string> Several(int connections, string path) =>
        connections == 1 ? [path] : [.. Enumerable.Range(0, Math.Min(4 * connections, MostTargets)).Select(n => $"{path[..^2]}{n}")];
}
