namespace ImdsProxy.Core.Audit;

/// <summary>The names of verdicts in records.</summary>
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
