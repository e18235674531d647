namespace ImdsProxy.LoadTests.Peers;

/// <summary>How an ImdsProxy is set up that takes part.</summary>
/// <param name="Name">For the tables.</param>
/// <param name="Port">Where it listens on the node.</param>
internal sealed record ImdsProxySetup(string Name, int Port)
{
    public const int UsualPods = 250;
    public const int UsualRules = 50;

    /// <summary>Pods on the node.</summary>
    public int Pods { get; init; } = UsualPods;

    /// <summary>Rules of the policy.</summary>
    public int Rules { get; init; } = UsualRules;

    /// <summary>Further flags of <c>serve</c>.</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>As it is shipped: tokens and instance documents are shared.</summary>
    public static ImdsProxySetup Shipped { get; } = new("ImdsProxy", 16254);

    /// <summary>Nothing is kept: every request goes to IMDS, but for those that ask for the same at the same time.</summary>
    public static ImdsProxySetup Strict { get; } = new("ImdsProxy, nothing kept", 16264) { Flags = ["--token-cache", "off", "--instance-cache-max-age", "0s"] };
}
