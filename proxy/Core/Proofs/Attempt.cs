using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs;

/// <summary>Runs a proof within its budget.</summary>
internal static class Attempt
{
    /// <summary>The verdict: complete, or too complex if the budget did not suffice.</summary>
    public static ProofVerdict Within(Budget budget, Action proof)
    {
        try
        {
            proof();
            return ProofVerdict.Complete;
        }
        catch (BudgetSpentException)
        {
            return new ProofVerdict(
                ProofStatus.TooComplex,
                $"The policy is too complex to be proved in {budget.Steps:N0} steps: too many names, labels or paths overlap. What is listed is true, but there may be more.");
        }
    }

    /// <summary>The verdict if the decider contradicts the analysis.</summary>
    public static ProofVerdict Disagreement(Found found, IReadOnlyList<PolicySide> sides)
    {
        var witness = WitnessBuilder.Of(found.Boxes[0], found.Cell);
        var expected = string.Join(" and ", found.Cell.Outcomes.Take(sides.Count).Select(static outcome => outcome.ToString()));
        var decided = witness is null ? $"the parser refuses {WitnessBuilder.Line(found.Cell)}"
            : "the decider says " + string.Join(" and ", sides.Select(side => Replay.Of(side.Decider, witness).Outcome.ToString()));
        return new ProofVerdict(
            ProofStatus.Disagreement,
            $"An internal check failed, so no part of the answer can be believed: for {found.Requests} of {found.Workloads} the analysis says {expected}, but {decided}"
            + (witness is null ? "." : $" for {witness.Pod.Namespace}/{witness.Pod.ServiceAccount}, {witness.Request}, answered by {witness.Answer?.ToString() ?? "no credential"}."));
    }
}
