namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>The decision on a request for a credential before it is sent.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="BoundTo">The client id that the answer must have, or null if it may have any.</param>
internal readonly record struct AskedDecision(Outcome Outcome, string? BoundTo)
{
    public static AskedDecision Free { get; } = new(Outcome.Permitted, null);

    /// <summary>The outcome after the answer.</summary>
    /// <param name="answered">The answers, or null if no policy sends the request.</param>
    /// <param name="side">The policy.</param>
    public Outcome Then(AnswerAtoms? answered, int side) =>
        Outcome != Outcome.Permitted || answered is null ? Outcome
        : answered.Outcomes[side] != Outcome.Permitted ? answered.Outcomes[side]
        : BoundTo is not null && BoundTo != answered.ClientId ? Outcome.Denied
        : Outcome.Permitted;
}
