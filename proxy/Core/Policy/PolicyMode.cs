namespace ImdsProxy.Core.Policy;

/// <summary>Whether what the policy does not permit is denied, or only recorded.</summary>
public enum PolicyMode
{
    Enforce,
    Audit,
}
