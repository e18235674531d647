namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>The names of outcomes in carried rows. They must never change.</summary>
internal static class OutcomeNames
{
    public static string Name(DemandOutcome outcome) => outcome switch
    {
        DemandOutcome.Answered => "answered",
        DemandOutcome.Refused => "refused",
        DemandOutcome.Withheld => "withheld",
        DemandOutcome.Denied => "denied",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
