using ImdsProxy.Workbench;

namespace ImdsProxy.WebConsole.Views;

/// <summary>The result of the view Exposure.</summary>
/// <param name="Now">The time of the answer.</param>
/// <param name="Coverage">The records behind it, with their gaps.</param>
/// <param name="Tokens">The credentials that are still good.</param>
/// <param name="MoreTokens">The number of groups that are not listed, if any.</param>
/// <param name="Unenforced">The times without enforcement, latest first.</param>
/// <param name="Verified">The directories whose chains were verified.</param>
internal sealed record ExposureJson(
    DateTime Now,
    CoverageJson Coverage,
    IReadOnlyList<ExposureJson.Credentials> Tokens,
    int? MoreTokens,
    IReadOnlyList<ExposureJson.Period> Unenforced,
    IReadOnlyList<ExposureJson.Verification> Verified)
{
    /// <summary>The good credentials of a workload for an identity and a resource.</summary>
    internal sealed record Credentials(string Namespace, string ServiceAccount, ConsoleIdentity Identity, string? Resource, long Count, int Pods, DateTime Expires);

    /// <summary>A time in which the policy could not hold on a node; without an end, it lasts.</summary>
    internal sealed record Period(DateTime From, DateTime? To, string? Node, string What, string? Detail);

    /// <summary>What <c>audit verify</c> found in a directory.</summary>
    internal sealed record Verification(string Source, int Chains, int Segments, long Records, IReadOnlyList<string> Problems);
}
