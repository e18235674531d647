namespace ImdsProxy.Core.Audit.Ocsf;

/// <summary>How a verdict is expressed by OCSF's security-control profile.</summary>
/// <param name="ActionId">What the control did.</param>
/// <param name="Action">The caption of the action.</param>
/// <param name="DispositionId">The outcome.</param>
/// <param name="Disposition">The caption of the outcome.</param>
/// <param name="SeverityId">1 is informational, 2 is low.</param>
internal sealed record OcsfVerdict(int ActionId, string Action, int DispositionId, string Disposition, int SeverityId)
{
    private static readonly OcsfVerdict Unknown = new(0, "Unknown", 0, "Unknown", 0);

    public static OcsfVerdict Of(string? verdict) => verdict switch
    {
        "allowed" => new OcsfVerdict(1, "Allowed", 1, "Allowed", 1),
        "denied" => new OcsfVerdict(2, "Denied", 2, "Blocked", 2),
        "would-deny" => new OcsfVerdict(3, "Observed", 17, "Logged", 2),
        "rejected" => new OcsfVerdict(2, "Denied", 25, "Rejected", 2),
        "failed" => new OcsfVerdict(1, "Allowed", 27, "Error", 1),
        _ => Unknown,
    };
}
