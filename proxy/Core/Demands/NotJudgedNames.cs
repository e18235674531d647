namespace ImdsProxy.Core.Demands;

/// <summary>The names that results use for the reasons why requests were not judged.</summary>
public static class NotJudgedNames
{
    public static string Name(this NotJudged cause) => cause switch
    {
        NotJudged.Summary => "summary",
        NotJudged.Malformed => "malformed",
        NotJudged.CallerUnknown => "caller-unknown",
        NotJudged.CallerAmbiguous => "caller-ambiguous",
        NotJudged.CallerIsNode => "caller-is-node",
        NotJudged.RateLimited => "rate-limited",
        NotJudged.Failed => "failed",
        NotJudged.NotReady => "not-ready",
        NotJudged.UnknownRecord => "unknown-record",
        NotJudged.Cut => "cut",
        NotJudged.Folded => "folded",
        NotJudged.ParametersUnknown => "parameters-unknown",
        NotJudged.LabelsUnknown => "labels-unknown",
        NotJudged.IdentityNeverSeen => "identity-never-seen",
        NotJudged.PinRemoved => "pin-removed",
        _ => throw new ArgumentOutOfRangeException(nameof(cause)),
    };
}
