namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>Writes the least policy that lets through the demands of a log.</summary>
public static class PolicySuggestion
{
    /// <summary>Suggests a policy.</summary>
    /// <param name="table">The demands. Its <see cref="DemandTable.LabelKeys"/> hold the labels that the base policy names.</param>
    /// <param name="options">What it builds on.</param>
    public static SuggestResult From(DemandTable table, SuggestOptions options) => throw new NotSupportedException();
}
