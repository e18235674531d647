namespace ImdsProxy.Core.Proofs.Atoms;

/// <summary>Counts the steps of a proof, so that it ends even on policies made to be hard. Steps do not depend on the machine.</summary>
/// <param name="steps">The most steps.</param>
internal sealed class Budget(long steps)
{
    /// <summary>The measured cost of building the indexes of one split. One step is the cost of looking at one term.</summary>
    public const long Split = 300;

    /// <summary>The cost of finding the atom of one name, and its place among the others.</summary>
    public const long Name = 30;

    /// <summary>The cost of deciding one cell, in steps.</summary>
    public const long Cell = 50;

    private long _left = steps;

    /// <summary>All steps.</summary>
    public long Steps { get; } = steps;

    /// <summary>Takes steps. Throws if too few are left.</summary>
    public void Spend(long count)
    {
        _left -= count;
        if (_left < 0)
        {
            throw new BudgetSpentException();
        }
    }
}
