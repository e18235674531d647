namespace ImdsProxy.Fuzz;

/// <summary>Fails if a property does not hold.</summary>
internal static class FuzzCheck
{
    public static void That(bool holds, string property)
    {
        if (!holds)
        {
            throw new InvalidOperationException("does not hold: " + property);
        }
    }
}
