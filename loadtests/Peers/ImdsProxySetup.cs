namespace ImdsProxy.LoadTests.Peers;

/// <summary>The setup of an ImdsProxy in the comparison.</summary>
/// <param name="Name">The name for tables.</param>
/// <param name="Port">The port on the node.</param>
internal sealed record ImdsProxySetup(string Name, int Port)
{
    public const int UsualPods = 250;
    public const int UsualRules = 50;

    /// <summary>The number of pods on the node.</summary>
    public int Pods { get; init; } = UsualPods;

    /// <summary>The number of rules in the policy.</summary>
    public int Rules { get; init; } = UsualRules;

    /// <summary>Additional flags of <c>serve</c>.</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>The default settings: tokens and instance documents are shared.</summary>
    public static ImdsProxySetup Shipped { get; } = new("ImdsProxy", 16254);

    /// <summary>No cache: every request goes to IMDS, except that concurrent requests for the same thing share one.</summary>
    public static ImdsProxySetup Strict { get; } = new("ImdsProxy, nothing kept", 16264) { Flags = ["--token-cache", "off", "--instance-cache-max-age", "0s"] };
}
