namespace ImdsProxy.Core.Audit;

/// <summary>The words by which a record tells how a request ended.</summary>
public static class VerdictNames
{
    public static string Name(this Verdict verdict) => verdict switch
    {
        Verdict.Allowed => "allowed",
        Verdict.Denied => "denied",
        Verdict.WouldDeny => "would-deny",
        Verdict.Rejected => "rejected",
        Verdict.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };
}
