namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>The callers of the recipes (docs/recipes.md), as far as their requests show them.</summary>
internal static class KnownCallers
{
    public const string Istio = "Istio";
    public const string OtherClouds = "an agent for several clouds";

    private const string Instance = "/metadata/instance";

    // The paths that the recipe of the agent allows.
    private static readonly string[] DatadogPaths =
    [
        Instance + "/compute/vmId", Instance + "/compute/resourceGroupName", Instance + "/compute",
        Instance + "/network/interface/0/ipv4/ipAddress/0/publicIpAddress",
    ];

    /// <summary>The caller's name, or null.</summary>
    public static string? NameOf(Demand demand) =>
        QuietPathOf(demand) is { } path ? (path == Instance ? Istio : OtherClouds)
        : DatadogPaths.Contains(demand.Key.Path, StringComparer.Ordinal) && Mentions(demand, "datadog") ? "Datadog"
        : demand.Key.Path == Instance + "/compute" && (Mentions(demand, "otel") || Mentions(demand, "opentelemetry")) ? "OpenTelemetry"
        : null;

    /// <summary>The path to deny quietly, because the recipe says that the caller works without an answer; or null.</summary>
    public static string? QuietPathOf(Demand demand) =>
        demand.Key is { IsProbe: true } or { IsCut: true } ? null
        : IsOfIstio(demand) ? Instance
        : demand.Key.Path.StartsWith("/latest/", StringComparison.Ordinal) ? "/latest/**"
        : demand.Key.Path.StartsWith("/computeMetadata/", StringComparison.Ordinal) ? "/computeMetadata/**"
        : null;

    // Istio's agent is a Go client, and first sends an empty query, to which IMDS answers 400. No other known client has both properties.
    private static bool IsOfIstio(Demand demand) =>
        demand.Key is { Method: "GET", Path: Instance, ExtraNames: "" }
        && (demand.UserAgents is not [] and var agents && agents.All(static agent => agent.Contains("istio", StringComparison.OrdinalIgnoreCase))
            || (demand.Statuses.ContainsKey(400) && demand.UserAgents.All(static agent => agent.StartsWith("Go-http-client/", StringComparison.Ordinal))));

    private static bool Mentions(Demand demand, string name) =>
        demand.Key.Workload.ServiceAccount.Contains(name, StringComparison.OrdinalIgnoreCase)
        || demand.Key.Owner?.Contains(name, StringComparison.OrdinalIgnoreCase) == true
        || demand.UserAgents.Any(agent => agent.Contains(name, StringComparison.OrdinalIgnoreCase));
}
