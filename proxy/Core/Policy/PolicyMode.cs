namespace ImdsProxy.Core.Policy;

/// <summary>Whether requests that the policy does not permit are denied or only recorded.</summary>
public enum PolicyMode
{
    Enforce,
    Audit,
}
