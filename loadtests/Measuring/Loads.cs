using ImdsProxy.LoadTests.Upstream;

namespace ImdsProxy.LoadTests.Measuring;

/// <summary>The loads by name.</summary>
internal static class Loads
{
    private const string InstancePath = "/metadata/instance?api-version=2021-02-01";
    private const string TokenPath = "/metadata/identity/oauth2/token?api-version=2018-02-01";

    // One that no rule names, asked for with an identity that one does.
    private const string OtherResource = "https%3A%2F%2Fvault.azure.net";

    // The proxy remembers 512 targets that it has parsed; a node's pods have far fewer.
    private const int MostTargets = 320;

    /// <summary>A permitted instance document, the same each time: ImdsProxy shares it, as shipped.</summary>
    public static Load SameInstance(int connections) => new("pass-through, same target", connections, [InstancePath]);

    /// <summary>
    /// A permitted instance document of as many kinds as there are connections and more, so that requests at the same time
    /// are not the same: where nothing is kept, each goes to IMDS.
    /// </summary>
    public static Load Instance(int connections) => new("pass-through", connections, Several(connections, InstancePath));

    /// <summary>A permitted token, the same each time.</summary>
    public static Load Token(int connections) => new("token", connections, [TokenOf(TokenPath, StubAnswers.EscapedResource)]);

    /// <summary>The same of an IMDS that does not answer at once: what a token that is kept saves a pod.</summary>
    public static Load TokenOfSlowImds => Token(1) with { Latency = 2 };

    /// <summary>A permitted token, as <see cref="Instance"/>.</summary>
    public static Load Tokens(int connections) => new("token, different ones", connections, [.. Several(connections, TokenPath).Select(path => TokenOf(path, StubAnswers.EscapedResource))]);

    /// <summary>A token for a resource that no rule permits.</summary>
    public static Load Denial(int connections) => new("denial", connections, [TokenOf(TokenPath, OtherResource)]) { Good = 0 };

    /// <summary>A path in which a slash is hidden.</summary>
    public static Load Malformed(int connections) => new("malformed", connections, ["/metadata/instance/..%2fidentity?api-version=2018-02-01"]) { Good = 0 };

    /// <summary>Of ten requests: six for one token, two for the instance document, one denied, one malformed.</summary>
    public static Load Mix(int connections)
    {
        var (token, instance) = (Token(1).Targets[0], InstancePath);
        return new("mix", connections, [token, instance, token, Denial(1).Targets[0], token, token, instance, token, Malformed(1).Targets[0], token]) { Good = 0.8 };
    }

    private static string TokenOf(string path, string resource) => $"{path}&resource={resource}&client_id={StubAnswers.ClientId}";

    // The API version is what a target may differ in and mean the same.
    private static List<string> Several(int connections, string path) =>
        connections == 1 ? [path] : [.. Enumerable.Range(0, Math.Min(4 * connections, MostTargets)).Select(n => $"{path[..^2]}{n}")];
}
