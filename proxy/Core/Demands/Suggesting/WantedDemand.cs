namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>A demand that a suggestion decides.</summary>
/// <param name="Demand">The demand.</param>
/// <param name="Permission">The permission that it needs.</param>
/// <param name="QuietPath">The path that is denied quietly instead, or null.</param>
internal sealed record WantedDemand(Demand Demand, WantedPermission Permission, string? QuietPath)
{
    /// <summary>What the demand needs, apart from the workload.</summary>
    public string NeedText => QuietPath is not null
        ? $"deny {QuietPath}"
        : $"allow {Permission.Method} {Permission.Path} {Permission.ExtraNames} {Permission.ClientId} {Permission.Resource}";
}
