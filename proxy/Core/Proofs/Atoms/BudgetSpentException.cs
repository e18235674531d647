namespace ImdsProxy.Core.Proofs.Atoms;

/// <summary>Ends a proof that needs more steps than its budget has.</summary>
internal sealed class BudgetSpentException : Exception
{
    public BudgetSpentException()
        : base("The proof needs more steps than its budget has.")
    {
    }

    public BudgetSpentException(string message)
        : base(message)
    {
    }

    public BudgetSpentException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
