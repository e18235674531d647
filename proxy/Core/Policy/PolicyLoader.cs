namespace ImdsProxy.Core.Policy;

/// <summary>Reads a policy document and reports all that is wrong with it at once.</summary>
public static class PolicyLoader
{
    /// <summary>Reads one document.</summary>
    /// <param name="json">UTF-8.</param>
    public static PolicyLoad Load(ReadOnlyMemory<byte> json) => throw new NotSupportedException();
}
